using Personalization.Log;

namespace Personalization.Grains.Partitions;

/// <summary>An entry that the owner took from the log and that is not known to be saved.</summary>
internal sealed class TakenEntry(LogEntry entry, long newestEventTime)
{
    public LogEntry Entry { get; } = entry;

    /// <summary>The highest event time up to this entry, itself included.</summary>
    public long NewestEventTime { get; } = newestEventTime;

    /// <summary>Whether the position may pass it: saved, parked, or without effect.</summary>
    public bool Passed { get; set; }

    public long Position => Entry.Position;
}
