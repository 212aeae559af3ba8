namespace Personalization.Algorithms.Counting;

/// <summary>
/// One stream of events under several half-lives at once (an hour, a day, a month), or several sums that share the time of their newest event: the
/// functions of <see cref="DecayedValue"/> over spans of a packed profile, with one time for all of them.
/// </summary>
public static class DecayedValues
{
    /// <summary>Adds an event to the sum of each half-life.</summary>
    /// <param name="values">The sums as of <paramref name="time"/>, one a half-life; all zero before the first event.</param>
    /// <param name="time">The newest event's time in milliseconds since 1970; moves forward only (once there was an event).</param>
    /// <param name="halfLives">One a value, always the same.</param>
    /// <param name="at">The event's time.</param>
    /// <param name="amount">What it adds to each; finite.</param>
    /// <exception cref="ArgumentException">There are not as many values as half-lives.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The amount is not finite.</exception>
    public static void Add(Span<double> values, ref long time, ReadOnlySpan<HalfLife> halfLives, long at, double amount)
    {
        if (!double.IsFinite(amount)) throw new ArgumentOutOfRangeException(nameof(amount), amount, "An amount is finite.");
        CheckLengths(values.Length, halfLives.Length);
        if (!values.ContainsAnyExcept(0.0)) time = at;
        if (at >= time)
        {
            for (var i = 0; i < values.Length; i++) values[i] = values[i] * halfLives[i].Factor((double)at - time) + amount;
            time = at;
        }
        else
        {
            for (var i = 0; i < values.Length; i++) values[i] += amount * halfLives[i].Factor((double)time - at);
        }
    }

    /// <summary>Writes the sums as of a time; a time before the newest event is taken as that event's.</summary>
    /// <param name="values">The sums as of <paramref name="time"/>.</param>
    /// <param name="time">The newest event's time.</param>
    /// <param name="halfLives">One a value.</param>
    /// <param name="at">The time asked for.</param>
    /// <param name="results">Receives as many sums; may be <paramref name="values"/> itself.</param>
    public static void At(ReadOnlySpan<double> values, long time, ReadOnlySpan<HalfLife> halfLives, long at, Span<double> results)
    {
        CheckLengths(values.Length, halfLives.Length);
        var elapsed = Math.Max(0, (double)at - time);
        for (var i = 0; i < values.Length; i++) results[i] = values[i] == 0 ? 0 : values[i] * halfLives[i].Factor(elapsed);
    }

    private static void CheckLengths(int values, int halfLives)
    {
        if (values != halfLives) throw new ArgumentException("Every value has its half-life.", nameof(halfLives));
    }
}
