using Personalization.Partitions;

namespace Personalization.Log;

/// <summary>
/// The partitioned log: the truth. Positions are dense per partition (a hole is a bug or a loss, except where a generation starts).
/// Every method may throw on broken infrastructure, after which the outcome of an append is unknown: it is repeated with the same
/// writer and counter until it is known. A failed read is an exception, never an empty answer.
/// </summary>
public interface IPartitionLog
{
    /// <summary>The number of partitions, fixed at the first start.</summary>
    int Partitions { get; }

    /// <summary>The present head of a partition.</summary>
    ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default);

    /// <summary>
    /// Appends a group, durably when it returns. Idempotent by (writer, counter): a repeat is answered with the same positions.
    /// One append in flight per writer and partition; the counter grows by one with each group that was appended: a group that was refused
    /// is sent anew under the same counter, so that it cannot land twice whichever of its tries arrives.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The log is closed for good. Every other exception, whatever its type, leaves the outcome unknown.</exception>
    ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// Reads entries in position order from <c>After + 1</c>. With <see cref="ReadRequest.Wait"/> it waits for the first entry (long poll)
    /// and answers an empty list when none came.
    /// </summary>
    ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default);

    /// <summary>
    /// Starts a new generation whose first position is above both <paramref name="above"/> and the tail, if the present one is
    /// <paramref name="expected"/>; else changes nothing. Answers the head afterwards.
    /// </summary>
    ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default);

    /// <summary>Announces a tenure: from now on items that carry a lower <see cref="AppendItem.Epoch"/> are refused. Never lowers it.</summary>
    ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default);

    /// <summary>Drops entries up to and including <paramref name="upTo"/>, but none appended at or after <paramref name="keepFromLogTime"/>. Answers the lowest position still held.</summary>
    ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default);
}

/// <summary>One entry to append.</summary>
/// <param name="Bytes">Envelope and payload, see <see cref="EntryCodec"/>. Never written to afterwards: the log may hand the same array to readers.</param>
/// <param name="Epoch">The tenure that the sender knows; <see cref="Partitions.Epoch.None"/> = any.</param>
public readonly record struct AppendItem(byte[] Bytes, Epoch Epoch = default);

/// <summary>A group of entries for one partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Generation">The generation that the writer knows.</param>
/// <param name="Writer">The writer's id: random, one per process and start.</param>
/// <param name="Counter">1 for the writer's first group in this partition, then one more each.</param>
/// <param name="LastAcknowledged">The highest position that this writer was ever answered here; 0 if none. A lower tail means that the log went back.</param>
/// <param name="Items">The entries, at least one.</param>
public sealed record AppendRequest(int Partition, ulong Generation, ulong Writer, long Counter, long LastAcknowledged, IReadOnlyList<AppendItem> Items);

/// <summary>How an append ended.</summary>
public enum AppendStatus
{
    /// <summary>Appended, durably; or had been by an earlier try of the same group.</summary>
    Appended,

    /// <summary>Refused, not appended: the log is in another generation; the writer reads the head and sends the group anew under the same counter.</summary>
    WrongGeneration,

    /// <summary>
    /// Refused, not appended: the tail is below what this writer was acknowledged, or the group before this one is not known in this generation,
    /// so the log went back. See <see cref="LogContinuity"/> for what to do.
    /// </summary>
    WentBack,

    /// <summary>Refused for ever: a later group of this writer was appended already.</summary>
    CounterTooLow,

    /// <summary>Refused for ever: the counter stands for another group of this writer, so its id is used twice.</summary>
    OtherGroup,
}

/// <summary>The answer to an append.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Positions">With <see cref="AppendStatus.Appended"/> one per item: its position, or <see cref="StaleEpoch"/>. Else empty.</param>
/// <param name="Head">The head afterwards.</param>
public sealed record AppendReply(AppendStatus Status, IReadOnlyList<long> Positions, LogHead Head)
{
    /// <summary>In place of a position: the item carried a tenure below the announced one and was not appended.</summary>
    public const long StaleEpoch = -1;
}

/// <summary>What to read.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="After">The reader's cursor: the position before the first one wanted.</param>
/// <param name="Generation">The generation that the reader knows; 0 = any.</param>
/// <param name="CursorHash"><see cref="LogEntry.Hash"/> of the entry at <paramref name="After"/> as the reader saw it; 0 = not known.</param>
/// <param name="MaxEntries">At most so many entries.</param>
/// <param name="MaxBytes">About so many bytes; at least one entry is answered whatever its size.</param>
/// <param name="Wait">How long to wait for the first entry; zero = not at all.</param>
/// <param name="CursorTime"><see cref="LogEntry.LogTime"/> of the entry at <paramref name="After"/> as the reader saw it; 0 = not known.</param>
public readonly record struct ReadRequest(
    int Partition, long After, ulong Generation = 0, ulong CursorHash = 0, int MaxEntries = 1024, int MaxBytes = 1 << 20, TimeSpan Wait = default, long CursorTime = 0)
{
    /// <summary>Reads on from an entry that was seen, in the generation in which it was.</summary>
    public ReadRequest(int partition, in EntryMark cursor, ulong generation)
        : this(partition, cursor.Position, generation, cursor.Hash, CursorTime: cursor.LogTime)
    {
    }

    /// <summary>Whether the reader knows anything of the entry at its cursor.</summary>
    public bool KnowsCursor => After > 0 && (CursorHash != 0 || CursorTime != 0);
}

/// <summary>How a read ended.</summary>
public enum ReadStatus
{
    /// <summary>The entries are what follows the cursor.</summary>
    Read,

    /// <summary>The log is in another generation, its tail is below the cursor, or the entry at the cursor is not what the reader saw: the log went back.</summary>
    Mismatch,

    /// <summary>Entries after the cursor were trimmed. (The hole below a new generation's start is none: nothing was ever dropped there.)</summary>
    Trimmed,
}

/// <summary>The answer to a read.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Entries">Entries in position order; empty unless <see cref="ReadStatus.Read"/>.</param>
/// <param name="Head">The head as of the read.</param>
public sealed record ReadReply(ReadStatus Status, IReadOnlyList<LogEntry> Entries, LogHead Head);
