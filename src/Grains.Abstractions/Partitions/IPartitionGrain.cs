using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Partitions;

/// <summary>The owner of a partition; the key is the partition's number. It reads the log, hands entries to customers and commits what they fold.</summary>
[Alias("personalization.IPartitionGrain")]
public interface IPartitionGrain : IGrainWithIntegerKey
{
    /// <summary>Sees to it that the partition has an owner that is at work; answers its state.</summary>
    [Alias("ensure"), Orleans.Concurrency.AlwaysInterleave]
    Task<PartitionStatus> Ensure();

    /// <summary>
    /// A customer's entries in (after, tail as of the call], in position order; it waits for no lane and no inbox.
    /// </summary>
    [Alias("catchUp"), Orleans.Concurrency.AlwaysInterleave]
    Task<CatchUpReply> CatchUp(CustomerKey customer, long after);

    /// <summary>Returns when everything that the log held at the call is committed, or the time is over (false).</summary>
    [Alias("drain"), Orleans.Concurrency.AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task<bool> Drain(TimeSpan atMost);

    /// <summary>Commits what is folded and stops owning; the next call starts anew. For graceful stops.</summary>
    [Alias("release"), Orleans.Concurrency.AlwaysInterleave, ResponseTimeout("00:01:00")]
    Task Release();

    /// <summary>The partition as stored.</summary>
    [Alias("readState"), Orleans.Concurrency.AlwaysInterleave]
    Task<PartitionState> ReadState();

    /// <summary>The consumers of the partition's outbox, each with the number that it has saved.</summary>
    [Alias("readConsumers"), Orleans.Concurrency.AlwaysInterleave]
    Task<IReadOnlyDictionary<string, long>> ReadConsumers();

    /// <summary>Customers of the partition, in key order.</summary>
    [Alias("listCustomers"), Orleans.Concurrency.AlwaysInterleave]
    Task<IReadOnlyList<CustomerListing>> ListCustomers(string? after, int max);

    /// <summary>Dead letters of the partition.</summary>
    [Alias("listDeadLetters"), Orleans.Concurrency.AlwaysInterleave]
    Task<IReadOnlyList<DeadLetter>> ListDeadLetters(long after, int max);

    /// <summary>Appends a dead letter again as a new entry that names it; answers the new position, or null if there is no open one at that position.</summary>
    [Alias("redrive"), Orleans.Concurrency.AlwaysInterleave, ResponseTimeout("00:00:30")]
    Task<long?> Redrive(long position);

    /// <summary>Gives a dead letter up. False: there is no open one at that position.</summary>
    [Alias("discard"), Orleans.Concurrency.AlwaysInterleave]
    Task<bool> Discard(long position);
}

/// <summary>A customer's entries, or why there are none.</summary>
/// <param name="Owned">False: this is no owner at present; nothing is known.</param>
/// <param name="Tail">The log's tail as of the call.</param>
/// <param name="Entries">The entries in position order.</param>
/// <param name="Epoch">The tenure that answers: the customer ignores one that is over, whose entries may be of a log that went back.</param>
[GenerateSerializer, Immutable, Alias("personalization.CatchUpReply")]
public sealed record CatchUpReply(
    [property: Id(0)] bool Owned, [property: Id(1)] long Tail, [property: Id(2)] IReadOnlyList<LogEntry> Entries, [property: Id(3)] Epoch Epoch = default);

/// <summary>An owner at work.</summary>
[GenerateSerializer, Immutable, Alias("personalization.PartitionStatus")]
public sealed record PartitionStatus
{
    /// <summary>The partition.</summary>
    [Id(0)] public int Partition { get; init; }

    /// <summary>Its tenure.</summary>
    [Id(1)] public Epoch Epoch { get; init; }

    /// <summary>The log's generation.</summary>
    [Id(2)] public ulong Generation { get; init; }

    /// <summary>The log's tail as last seen.</summary>
    [Id(3)] public long Tail { get; init; }

    /// <summary>The position taken from the log.</summary>
    [Id(4)] public long Cursor { get; init; }

    /// <summary>The committed position.</summary>
    [Id(5)] public long Committed { get; init; }

    /// <summary>Seconds since the oldest entry that is not committed was appended; 0 if all are.</summary>
    [Id(6)] public double AgeSeconds { get; init; }

    /// <summary>Customers with unsaved entries.</summary>
    [Id(7)] public int Dirty { get; init; }

    /// <summary>Parked customers.</summary>
    [Id(8)] public int Parked { get; init; }

    /// <summary>Entries folded since this tenure began.</summary>
    [Id(9)] public long Folded { get; init; }

    /// <summary>The silo that it runs on.</summary>
    [Id(10)] public string Silo { get; init; } = "";

    /// <summary>Customers so many ids of whom came within the window that there may soon be no room for more: their events are refused with 429 for now.</summary>
    [Id(11)] public IReadOnlyList<CustomerKey> Throttled { get; init; } = [];

    /// <summary>Until when, one for each of <see cref="Throttled"/>, milliseconds since 1970-01-01 UTC: whoever comes then is taken. Empty from an owner of the version before.</summary>
    [Id(12)] public IReadOnlyList<long> ThrottledUntil { get; init; } = [];

    /// <summary>Entries that are not committed: tail − committed.</summary>
    public long Lag => Math.Max(0, Tail - Committed);
}
