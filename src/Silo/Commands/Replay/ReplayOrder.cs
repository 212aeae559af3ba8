namespace Personalization.Silo.Commands.Replay;

/// <summary>In which order, and how often, events are sent.</summary>
/// <param name="Shuffle">
/// Each event is sent as if it had come up to so much later than it happened, the delay drawn evenly from [0, shuffle): an event is overtaken only by
/// events that happened less than that later. Zero = the file's order.
/// </param>
/// <param name="Repeat">The share of events, 0 to 1, that are sent twice, as a producer does whose answer was lost.</param>
/// <param name="Seed">Of the draws: the same seed gives the same order.</param>
/// <param name="Skip">So many events are left out at the beginning.</param>
/// <param name="Take">After those, so many are sent; null = all.</param>
public sealed record ReplayOrder(TimeSpan Shuffle = default, double Repeat = 0, ulong Seed = 1, long Skip = 0, long? Take = null)
{
    // Without a shuffle a repeat follows within so many events.
    private const int RepeatWithin = 1000;

    /// <summary>The events in the order of sending. Memory is bounded by the events of one shuffle window.</summary>
    public IEnumerable<ReplayLine> Apply(IEnumerable<ReplayLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        lines = Section(lines);
        return Shuffle <= TimeSpan.Zero && Repeat <= 0 ? lines : Delay(lines);
    }

    private IEnumerable<ReplayLine> Section(IEnumerable<ReplayLine> lines)
    {
        var index = 0L;
        foreach (var line in lines)
        {
            if (Take is { } take && index >= Skip + take) yield break;
            if (index++ >= Skip) yield return line;
        }
    }

    private IEnumerable<ReplayLine> Delay(IEnumerable<ReplayLine> lines)
    {
        // The clock is the newest event time where events are shuffled, else the event's number; what is due by the clock is sent.
        var random = new Random(unchecked((int)(Seed ^ (Seed >> 32))));
        var isShuffled = Shuffle > TimeSpan.Zero;
        var window = isShuffled ? Shuffle.TotalMilliseconds : RepeatWithin;
        var waiting = new PriorityQueue<ReplayLine, (double Due, long Order)>();
        var (clock, order) = (double.NegativeInfinity, 0L);
        foreach (var line in lines)
        {
            var time = isShuffled ? line.Time ?? (double.IsFinite(clock) ? clock : 0) : order;
            clock = Math.Max(clock, time);
            waiting.Enqueue(line, (isShuffled ? time + (random.NextDouble() * window) : time, order++));
            if (random.NextDouble() < Repeat) waiting.Enqueue(line, (time + (random.NextDouble() * window), order++));
            while (waiting.TryPeek(out _, out var due) && due.Due <= clock) yield return waiting.Dequeue();
        }

        while (waiting.TryDequeue(out var last, out _)) yield return last;
    }
}
