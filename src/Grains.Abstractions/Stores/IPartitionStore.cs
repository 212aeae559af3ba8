using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Stores;

/// <summary>
/// What the folds of one partition have come to: rows, side records, journals, outbox, wake-ups, dead letters, parks, counters and the
/// position, fenced by the owner's epoch. Every method may throw on broken infrastructure; a write's outcome is then unknown and
/// the identical write is repeated: all of them may be repeated harmlessly. A failed read is an exception, never an empty answer.
/// </summary>
public interface IPartitionStore
{
    /// <summary>The state of a partition; that of a new one if nothing was stored.</summary>
    ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default);

    /// <summary>
    /// Starts a tenure: raises the epoch's counter by one and sets its nonce. From then on commits of earlier tenures fail.
    /// A repeat with the nonce that is stored already changes nothing.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="nonce">Random, tells the claimant from others.</param>
    /// <param name="above">The counter becomes higher than this too: a tenure that customers or the log have heard of, and of which a store that went back knows nothing.</param>
    /// <param name="cancellation">Stops waiting.</param>
    ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default);

    /// <summary>
    /// Records that the owner works on its fence's generation of the log from now on: position and hash as given, <paramref name="lost"/> added to
    /// <see cref="PartitionState.Lost"/>, <see cref="PartitionState.HighestHash"/> forgotten. A generation that is stored already changes nothing but the count of writes.
    /// </summary>
    ValueTask<OwnerWriteReply> AdoptGeneration(int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default);

    /// <summary>A customer's row and side records, compared with the checksum that was written with them; null if there is none.</summary>
    ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default);

    /// <summary>
    /// Writes a chunk atomically, each customer by its version: stored = base → written; stored ≥ new → already; else conflict
    /// (that customer's part is left out, the others are written). Outbox numbers are given to what is written; while no consumer is
    /// registered the rows themselves are not kept. A park ends with <see cref="CustomerWrite.ClearsPark"/> if it starts at or below the new version.
    /// Refused as a whole where the fence or the chunk's highest entry no longer holds (<see cref="OwnerWriteStatus"/>); so are positions and parks.
    /// </summary>
    ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default);

    /// <summary>Moves the committed position forward (never back), with what belongs to it. One at or below the stored position writes nothing, but is refused as any other: so an owner compares.</summary>
    ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default);

    /// <summary>Parks a customer: its entries from <paramref name="from"/> on are not delivered, and the position may pass them. A lower stored start stays.</summary>
    ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default);

    /// <summary>A customer's journal from a position on, oldest first.</summary>
    ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default);

    /// <summary>The earliest wake-ups that are due at or before a time, earliest first.</summary>
    ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default);

    /// <summary>Outbox rows after a number, in order. Numbers are dense, except where rows were trimmed.</summary>
    ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default);

    /// <summary>Registers a consumer of the outbox, from the head on; answers the number that it has saved. A known one keeps its number.</summary>
    ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default);

    /// <summary>Records how far a consumer has saved what it took (forward only), and trims the rows that all consumers have passed.</summary>
    ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default);

    /// <summary>Forgets a consumer, so that it holds no rows any longer.</summary>
    ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default);

    /// <summary>All consumers of the outbox with their numbers.</summary>
    ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default);

    /// <summary>Dead letters after a position, in order.</summary>
    ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default);

    /// <summary>Changes a dead letter's state if it is <paramref name="expected"/>. <see cref="DeadLetterState.Discarded"/> removes it. False: it is not there or in another state.</summary>
    ValueTask<bool> SetDeadLetterState(int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default);

    /// <summary>Customers with a row (tombstones left out), in the order of their slot and then of their key's UTF-8 bytes, after the key <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default);

    /// <summary>
    /// Drops journal segments whose <see cref="JournalSegment.WrittenAt"/> lies before one time, and tombstones that the store wrote before another
    /// (milliseconds since 1970-01-01 UTC, the store's own clock).
    /// </summary>
    ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default);
}

/// <summary>What the store keeps per partition.</summary>
[GenerateSerializer, Immutable, Alias("personalization.PartitionState")]
public sealed record PartitionState
{
    /// <summary>The present tenure; <see cref="Partitions.Epoch.None"/> if there was none.</summary>
    [Id(0)] public Epoch Epoch { get; init; }

    /// <summary>The log's generation that the position belongs to; 0 if none was adopted.</summary>
    [Id(1)] public ulong Generation { get; init; }

    /// <summary>The committed position: every entry at or below it is saved, parked, or without effect.</summary>
    [Id(2)] public long Position { get; init; }

    /// <summary><see cref="LogEntry.Hash"/> of the entry at <see cref="Position"/>; 0 if not known.</summary>
    [Id(3)] public ulong PositionHash { get; init; }

    /// <summary>The highest position that any row was folded to, that was committed or where a park begins: a log whose tail is lower went back.</summary>
    [Id(4)] public long HighestPosition { get; init; }

    /// <summary>The highest outbox number given.</summary>
    [Id(5)] public long OutboxHead { get; init; }

    /// <summary>Highest event time of producers' events and clock entries up to <see cref="Position"/>, milliseconds since 1970-01-01 UTC.</summary>
    [Id(6)] public long NewestEventTime { get; init; }

    /// <summary>Entries that are known to have been lost by logs that went back.</summary>
    [Id(7)] public long Lost { get; init; }

    /// <summary>Parked customers and from which position on.</summary>
    [Id(8)] public IReadOnlyDictionary<CustomerKey, long> Parks { get; init; } = new Dictionary<CustomerKey, long>();

    /// <summary>Sums over all customers of the partition, by name; see <see cref="CustomerWrite.Counters"/>.</summary>
    [Id(9)] public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();

    /// <summary>Dead letters held.</summary>
    [Id(10)] public long DeadLetters { get; init; }

    /// <summary><see cref="LogEntry.Hash"/> of the entry at <see cref="HighestPosition"/>; 0 if not known. A log that holds another entry there went back and grew again.</summary>
    [Id(11)] public ulong HighestHash { get; init; }

    /// <summary>Owners' writes so far, over all tenures: see <see cref="OwnerFence.Writes"/>.</summary>
    [Id(12)] public long Writes { get; init; }
}

/// <summary>A customer as stored.</summary>
/// <param name="Applied">The position that the row was folded to: its version.</param>
/// <param name="FoldVersion">The fold that wrote it.</param>
/// <param name="Row">The profile; empty in a tombstone.</param>
/// <param name="Side">Side records: recent ids and the event-time-ordered tail.</param>
/// <param name="IsTombstone">Whether the customer was erased and nothing came since.</param>
/// <param name="IsDamaged">What was read is not what was written: <see cref="RowChecksum"/> says so, and nothing of it may be believed but that it is there. Always false for rows written before there was a checksum.</param>
[GenerateSerializer, Immutable, Alias("personalization.CustomerRecord")]
public sealed record CustomerRecord(
    [property: Id(0)] long Applied,
    [property: Id(1)] int FoldVersion,
    [property: Id(2)] byte[] Row,
    [property: Id(3)] byte[] Side,
    [property: Id(4)] bool IsTombstone,
    [property: Id(5)] bool IsDamaged = false);

/// <summary>One atomic write of at most 64 customers and 256 KiB.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Fence">What the owner builds on.</param>
/// <param name="Customers">What changed; each customer once.</param>
public sealed record CommitChunk(int Partition, OwnerFence Fence, IReadOnlyList<CustomerWrite> Customers)
{
    /// <summary>The highest entry that was folded into any of the rows: the log must still hold it. Below it nothing is missing, because owners take entries without a hole.</summary>
    public EntryMark Highest
    {
        get
        {
            var highest = default(EntryMark);
            foreach (var write in Customers)
            {
                if (write.Applied > highest.Position) highest = new EntryMark(write.Applied, write.AppliedTime, write.AppliedHash);
            }

            return highest;
        }
    }

    /// <summary>At most so many customers in a chunk.</summary>
    public const int MaxCustomers = 64;

    /// <summary>About so many bytes in a chunk; a single customer's write may be larger.</summary>
    public const int MaxBytes = 256 * 1024;
}

/// <summary>What one customer's fold has come to since it was last saved.</summary>
[GenerateSerializer, Immutable, Alias("personalization.CustomerWrite")]
public sealed record CustomerWrite
{
    /// <summary>In place of a version: the customer has no row.</summary>
    public const long NoRow = 0;

    /// <summary>The customer.</summary>
    [Id(0)] public CustomerKey Customer { get; init; }

    /// <summary>The version that this write builds on; <see cref="NoRow"/> if there is no row.</summary>
    [Id(1)] public long Base { get; init; }

    /// <summary>The new version: the position that the fold has come to.</summary>
    [Id(2)] public long Applied { get; init; }

    /// <summary>The fold that wrote the row.</summary>
    [Id(3)] public int FoldVersion { get; init; }

    /// <summary>The profile; empty in a tombstone.</summary>
    [Id(4)] public byte[] Row { get; init; } = [];

    /// <summary>Side records.</summary>
    [Id(5)] public byte[] Side { get; init; } = [];

    /// <summary>The entries folded since, compressed (see <see cref="JournalSegment"/>); null if there are none.</summary>
    [Id(6)] public JournalSegment? Journal { get; init; }

    /// <summary>Facts for consumers beyond this customer, in order; the store gives their dense numbers.</summary>
    [Id(7)] public IReadOnlyList<OutboxItem> Outbox { get; init; } = [];

    /// <summary>Entries that the fold rejected.</summary>
    [Id(8)] public IReadOnlyList<DeadLetter> DeadLetters { get; init; } = [];

    /// <summary>When the profile next wants to be woken, milliseconds since 1970-01-01 UTC; null = not at all.</summary>
    [Id(9)] public long? NextWakeUp { get; init; }

    /// <summary>By how much the partition's sums change. Sums are exact as long as they stay within 64 bits, which the caller sees to.</summary>
    [Id(10)] public IReadOnlyDictionary<string, long> Counters { get; init; } = new Dictionary<string, long>();

    /// <summary>
    /// The customer was erased at this position (0 = not): journal segments and dead letters up to it go, unread outbox rows of the
    /// customer are blanked and keep their numbers.
    /// </summary>
    [Id(11)] public long ErasedAt { get; init; }

    /// <summary>Whether what is written is a tombstone.</summary>
    [Id(12)] public bool IsTombstone { get; init; }

    /// <summary>The write reaches everything that the owner took, so a park of this customer ends; also where the version is stored already.</summary>
    [Id(13)] public bool ClearsPark { get; init; }

    /// <summary><see cref="LogEntry.Hash"/> of the entry at <see cref="Applied"/>; 0 if not known. See <see cref="PartitionState.HighestHash"/>.</summary>
    [Id(14)] public ulong AppliedHash { get; init; }

    /// <summary><see cref="LogEntry.LogTime"/> of the entry at <see cref="Applied"/>; 0 if not known.</summary>
    [Id(15)] public long AppliedTime { get; init; }

    /// <summary>
    /// The stored row is damaged, its version perhaps too: this write takes its place if the version read is still there, also where that is greater than the new one.
    /// </summary>
    [Id(20)] public bool Repairs { get; init; }

    /// <summary>About how many bytes the write takes.</summary>
    public int Size
    {
        get
        {
            var size = 64 + Row.Length + Side.Length + (Journal?.Bytes.Length ?? 0);
            foreach (var item in Outbox) size += item.Bytes.Length + 16;
            foreach (var letter in DeadLetters) size += letter.Bytes.Length + letter.Reason.Length + 32;
            return size;
        }
    }
}

/// <summary>A stretch of a customer's history: its entries with position and log time, compressed.</summary>
/// <param name="First">The position of its first entry.</param>
/// <param name="Last">The position of its last entry.</param>
/// <param name="WrittenAt">When it was written, milliseconds since 1970-01-01 UTC.</param>
/// <param name="Bytes">The entries, see <c>JournalCodec</c>.</param>
[GenerateSerializer, Immutable, Alias("personalization.JournalSegment")]
public sealed record JournalSegment([property: Id(0)] long First, [property: Id(1)] long Last, [property: Id(2)] long WrittenAt, [property: Id(3)] byte[] Bytes);

/// <summary>A fact for consumers beyond the customer.</summary>
/// <param name="Kind">What it is: one word, such as <c>sessionEnded</c>.</param>
/// <param name="Bytes">Its body; empty once blanked by an erasure.</param>
[GenerateSerializer, Immutable, Alias("personalization.OutboxItem")]
public sealed record OutboxItem([property: Id(0)] string Kind, [property: Id(1)] byte[] Bytes);

/// <summary>An outbox row.</summary>
/// <param name="Number">Its dense number in the partition.</param>
/// <param name="Customer">Whose fold made it.</param>
/// <param name="Item">The fact.</param>
[GenerateSerializer, Immutable, Alias("personalization.OutboxRow")]
public sealed record OutboxRow([property: Id(0)] long Number, [property: Id(1)] CustomerKey Customer, [property: Id(2)] OutboxItem Item);

/// <summary>Rows of the outbox.</summary>
/// <param name="First">The lowest number still held; <paramref name="Head"/> + 1 if none is, and where nothing follows the number asked for it may be that too. A consumer whose number is below First − 1 has missed rows.</param>
/// <param name="Head">The highest number given.</param>
/// <param name="Rows">The rows.</param>
[GenerateSerializer, Immutable, Alias("personalization.OutboxPage")]
public sealed record OutboxPage([property: Id(0)] long First, [property: Id(1)] long Head, [property: Id(2)] IReadOnlyList<OutboxRow> Rows);

/// <summary>A customer that wants to be woken.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Due">When, milliseconds since 1970-01-01 UTC.</param>
[GenerateSerializer, Immutable, Alias("personalization.WakeUpRow")]
public readonly record struct WakeUpRow([property: Id(0)] CustomerKey Customer, [property: Id(1)] long Due);

/// <summary>What became of a dead letter.</summary>
public enum DeadLetterState : byte
{
    /// <summary>It waits for somebody to look at it.</summary>
    Open = 0,

    /// <summary>It is being appended again.</summary>
    Redriving = 1,

    /// <summary>It was given up: the row is removed.</summary>
    Discarded = 2,
}

/// <summary>An entry that the fold rejected, or that cannot be read.</summary>
/// <param name="Position">Its position.</param>
/// <param name="LogTime">When it was appended, milliseconds since 1970-01-01 UTC.</param>
/// <param name="Customer">Whose entry it is; null if it cannot be read.</param>
/// <param name="Reason">Why it has no effect.</param>
/// <param name="Bytes">The entry.</param>
/// <param name="State">What became of it.</param>
[GenerateSerializer, Immutable, Alias("personalization.DeadLetter")]
public sealed record DeadLetter(
    [property: Id(0)] long Position,
    [property: Id(1)] long LogTime,
    [property: Id(2)] CustomerKey? Customer,
    [property: Id(3)] string Reason,
    [property: Id(4)] byte[] Bytes,
    [property: Id(5)] DeadLetterState State = DeadLetterState.Open);

/// <summary>A customer in a listing.</summary>
/// <param name="Customer">The customer.</param>
/// <param name="Applied">The position that its row was folded to.</param>
[GenerateSerializer, Immutable, Alias("personalization.CustomerListing")]
public readonly record struct CustomerListing([property: Id(0)] CustomerKey Customer, [property: Id(1)] long Applied);

/// <summary>How one customer's part of a chunk ended.</summary>
public enum CommitOutcome : byte
{
    /// <summary>Written now.</summary>
    Written = 0,

    /// <summary>An equal or newer version is stored: nothing was written, nothing is missing.</summary>
    Already = 1,

    /// <summary>The stored version is neither: this activation folded from something else and must reload.</summary>
    Conflict = 2,
}

/// <summary>The answer to a commit.</summary>
/// <param name="Owner">Whether the owner may write at all.</param>
/// <param name="Outcomes">One per customer of the chunk; empty if nothing was written.</param>
public sealed record CommitReply(OwnerWriteReply Owner, IReadOnlyList<CommitOutcome> Outcomes);

/// <summary>The committed position's next step.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Fence">What the owner builds on.</param>
/// <param name="Entry">The entry at the new position.</param>
/// <param name="NewestEventTime">Highest event time up to there, milliseconds since 1970-01-01 UTC.</param>
/// <param name="Unreadable">Entries up to there that cannot be read: dead letters of no customer.</param>
public sealed record PositionAdvance(int Partition, OwnerFence Fence, EntryMark Entry, long NewestEventTime, IReadOnlyList<DeadLetter> Unreadable);
