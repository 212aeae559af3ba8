using Personalization.Partitions;

namespace Personalization.Log;

/// <summary>One entry as the log holds it.</summary>
/// <param name="Position">Dense number in its partition, given by the append: 1, 2, 3 …</param>
/// <param name="LogTime">When it was appended: milliseconds since 1970-01-01 UTC, never less than that of the position before.</param>
/// <param name="Bytes">Envelope and payload, see <see cref="EntryCodec"/>. Never written to after construction.</param>
[GenerateSerializer, Immutable, Alias("personalization.LogEntry")]
public readonly record struct LogEntry([property: Id(0)] long Position, [property: Id(1)] long LogTime, [property: Id(2)] byte[] Bytes)
{
    /// <summary>XXH3-64 of the bytes: a read proves with it that the log still holds what the reader saw.</summary>
    public ulong Hash => KeyHash.Hash64(Bytes);

    /// <summary>What proves that a log still holds this very entry.</summary>
    public EntryMark Mark => new(Position, LogTime, Hash);
}

/// <summary>An entry as somebody saw it, without its bytes; what is not known of it is 0.</summary>
/// <param name="Position">Its position.</param>
/// <param name="LogTime">When it was appended, milliseconds since 1970-01-01 UTC: the same bytes that are appended again after a loss have another one.</param>
/// <param name="Hash"><see cref="LogEntry.Hash"/>.</param>
[GenerateSerializer, Immutable, Alias("personalization.EntryMark")]
public readonly record struct EntryMark([property: Id(0)] long Position, [property: Id(1)] long LogTime, [property: Id(2)] ulong Hash)
{
    /// <summary>Whether the two are of one position and, by what both know, not of one entry.</summary>
    public bool Contradicts(in EntryMark other) => Position == other.Position
        && ((LogTime != 0 && other.LogTime != 0 && LogTime != other.LogTime) || (Hash != 0 && other.Hash != 0 && Hash != other.Hash));
}

/// <summary>New entries of one partition: the item of its stream.</summary>
/// <param name="Entries">The entries, in position order.</param>
/// <param name="Generation">The log's generation as they were read; 0 = not said. In another one the same positions may hold other entries.</param>
/// <param name="Previous">The entry before the first one, as the reader saw it: a log that went back and grew again may follow on another one.</param>
[GenerateSerializer, Immutable, Alias("personalization.LogBatch")]
public sealed record LogBatch([property: Id(0)] IReadOnlyList<LogEntry> Entries, [property: Id(1)] ulong Generation = 0, [property: Id(2)] EntryMark Previous = default);
