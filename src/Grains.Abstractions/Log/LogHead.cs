using Personalization.Partitions;

namespace Personalization.Log;

/// <summary>The state of one partition's log at one instant.</summary>
/// <param name="Generation">Random, changes when the log is found to have gone back. Never 0.</param>
/// <param name="GenerationStart">The first position that this generation gives; positions below it are of earlier ones.</param>
/// <param name="First">The lowest position still held; <paramref name="Tail"/> + 1 if none is.</param>
/// <param name="Tail">The highest position given; <paramref name="GenerationStart"/> − 1 if none was in this generation.</param>
/// <param name="TailHash"><see cref="LogEntry.Hash"/> of the entry at the tail; 0 if it is not held.</param>
/// <param name="TailTime">Log time of the tail in milliseconds since 1970-01-01 UTC; 0 if nothing was appended.</param>
/// <param name="Epoch">The highest tenure that was announced to the log; entries that carry a lower one are refused.</param>
[GenerateSerializer, Immutable, Alias("personalization.LogHead")]
public readonly record struct LogHead(
    [property: Id(0)] ulong Generation,
    [property: Id(1)] long GenerationStart,
    [property: Id(2)] long First,
    [property: Id(3)] long Tail,
    [property: Id(4)] ulong TailHash,
    [property: Id(5)] long TailTime,
    [property: Id(6)] Epoch Epoch)
{
    /// <summary>The entry at the tail; of one that is not held only the position is known.</summary>
    public EntryMark TailEntry => TailHash == 0 ? new EntryMark(Tail, 0, 0) : new EntryMark(Tail, TailTime, TailHash);
}
