namespace Personalization.Algorithms.Counting;

/// <summary>A session: a run of events with no gap above the stated one. 24 bytes.</summary>
/// <param name="Start">Its first event's time, in milliseconds since 1970.</param>
/// <param name="End">Its last event's time.</param>
/// <param name="Events">How many events it holds.</param>
public readonly record struct SessionInterval(long Start, long End, int Events)
{
    /// <summary>From the first to the last event; zero for a single event.</summary>
    public TimeSpan Duration => TimeSpan.FromMilliseconds(End - Start);
}
