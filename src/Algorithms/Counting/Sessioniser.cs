namespace Personalization.Algorithms.Counting;

/// <summary>
/// Cuts a customer's events into sessions by a gap, in event time: late events extend sessions, join two into one, or start one in the past; the
/// result does not depend on the order of arrival.
/// </summary>
/// <remarks>
/// <para>
/// Two events belong to the same session if no gap between neighbouring events from one to the other exceeds <see cref="Gap"/>. A session is final,
/// and may be acted upon, once the newest event is more than gap + lateness past its end: no event that is still accepted can touch it. Until then it
/// is kept open; there are never more than <see cref="MaximumOpen"/> of them. The state lives in the caller's spans (a packed profile). Cost: O(open
/// sessions) an event, no allocation.
/// </para>
/// <example><code>
/// var sessioniser = new Sessioniser(gap: TimeSpan.FromMinutes(30), lateness: TimeSpan.FromHours(1));
/// var change = sessioniser.Add(open, ref count, ref newest, at);
/// var closed = sessioniser.Close(open, ref count, newest, finished);
/// </code></example>
/// </remarks>
public sealed class Sessioniser
{
    private readonly long _gap;
    private readonly long _lateness;

    /// <summary>Sessions by a gap, events accepted up to a lateness.</summary>
    /// <param name="gap">The longest pause inside a session; at least one millisecond.</param>
    /// <param name="lateness">How far behind the newest event one may be; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">Gap or lateness is out of range.</exception>
    public Sessioniser(TimeSpan gap, TimeSpan lateness)
    {
        if (gap < TimeSpan.FromMilliseconds(1)) throw new ArgumentOutOfRangeException(nameof(gap), gap, "A gap is at least one millisecond.");
        ArgumentOutOfRangeException.ThrowIfLessThan(lateness, TimeSpan.Zero);
        _gap = (long)gap.TotalMilliseconds;
        _lateness = (long)lateness.TotalMilliseconds;
        var most = _lateness / _gap + 3;
        if (most > 10_000) throw new ArgumentOutOfRangeException(nameof(gap), gap, "The gap is too small beside the lateness: more than 10,000 sessions could be open.");
        MaximumOpen = (int)most;
    }

    /// <summary>The longest pause inside a session.</summary>
    public TimeSpan Gap => TimeSpan.FromMilliseconds(_gap);

    /// <summary>How far behind the newest event one may be.</summary>
    public TimeSpan Lateness => TimeSpan.FromMilliseconds(_lateness);

    /// <summary>
    /// How many sessions can be open at once, if <see cref="Close"/> follows every <see cref="Add"/>: the room that the caller's span needs.
    /// </summary>
    public int MaximumOpen { get; }

    /// <summary>Takes in an event.</summary>
    /// <param name="open">Room for <see cref="MaximumOpen"/> sessions; the first <paramref name="count"/> are open, ascending.</param>
    /// <param name="count">How many are open.</param>
    /// <param name="newest">The newest event's time, in milliseconds since 1970; <see cref="long.MinValue"/> before the first.</param>
    /// <param name="at">The event's time.</param>
    /// <returns>What it did; <see cref="SessionChange.TooLate"/> leaves everything as it was.</returns>
    /// <exception cref="ArgumentException"><paramref name="open"/> is too short.</exception>
    public SessionChange Add(Span<SessionInterval> open, ref int count, ref long newest, long at)
    {
        if (newest != long.MinValue && at < newest - _lateness) return SessionChange.TooLate;

        // The first session that does not end too long before the event; only it and the next can be touched.
        var index = 0;
        while (index < count && open[index].End < at - _gap) index++;
        if (index == count || open[index].Start > at + _gap)
        {
            if (count == open.Length) throw new ArgumentException("There is no room for another open session.", nameof(open));
            open[index..count].CopyTo(open[(index + 1)..]);
            open[index] = new SessionInterval(at, at, 1);
            count++;
            newest = Math.Max(newest, at);
            return SessionChange.Started;
        }

        newest = Math.Max(newest, at);
        var session = open[index];
        var extended = new SessionInterval(Math.Min(session.Start, at), Math.Max(session.End, at), session.Events + 1);
        if (index + 1 < count && open[index + 1].Start <= extended.End + _gap)
        {
            var next = open[index + 1];
            open[index] = new SessionInterval(extended.Start, Math.Max(extended.End, next.End), extended.Events + next.Events);
            open[(index + 2)..count].CopyTo(open[(index + 1)..]);
            count--;
            return SessionChange.Merged;
        }

        open[index] = extended;
        return extended.Start == session.Start && extended.End == session.End ? SessionChange.Counted : SessionChange.Extended;
    }

    /// <summary>Takes out the sessions that are final as of the newest event.</summary>
    /// <param name="open">The open sessions, ascending.</param>
    /// <param name="count">How many are open; falls by the number returned.</param>
    /// <param name="watermark">
    /// The newest event's time, or a later one of which it is known that nothing older than it by more than the lateness will be accepted.
    /// </param>
    /// <param name="closed">Receives the final sessions, ascending, as many as fit.</param>
    /// <returns>How many were taken out.</returns>
    public int Close(Span<SessionInterval> open, ref int count, long watermark, Span<SessionInterval> closed)
    {
        var final = 0;
        while (final < count && final < closed.Length && IsFinal(open[final], watermark)) final++;
        open[..final].CopyTo(closed);
        open[final..count].CopyTo(open);
        count -= final;
        return final;
    }

    /// <summary>Whether no event that is still accepted can touch the session.</summary>
    public bool IsFinal(in SessionInterval session, long watermark) => session.End + _gap + _lateness < watermark;

    /// <summary>When a session becomes final if nothing more comes, in milliseconds since 1970: the time to be woken at.</summary>
    public long FinalAt(in SessionInterval session) => session.End + _gap + _lateness + 1;
}

/// <summary>What an event did to the sessions.</summary>
public enum SessionChange
{
    /// <summary>It started a session of its own, now or in the past.</summary>
    Started,

    /// <summary>A session begins earlier or ends later.</summary>
    Extended,

    /// <summary>It fell inside a session.</summary>
    Counted,

    /// <summary>It closed the gap between two sessions, which are one now.</summary>
    Merged,

    /// <summary>It came later than the lateness allows and was not taken in.</summary>
    TooLate,
}
