namespace Personalization.Engine.Decisions.Ledger;

/// <summary>When a cap's scope was spent of, oldest first.</summary>
internal sealed class CapHistory
{
    /// <summary>How much longer than its period a time is kept: a decision of a host whose clock is behind counts what a full period before it held.</summary>
    private const long ClockSkewMs = 60_000;

    /// <summary>Times kept, at most: more than any limit and all open decisions that could give theirs back. An action without a cap counts in its group's, too.</summary>
    private const int MostTimes = 256;

    private readonly List<long> _times = [];

    /// <summary>The longest period that anything counts over, ms.</summary>
    public long PeriodMs { get; private set; }

    /// <summary>The times, oldest first.</summary>
    public IReadOnlyList<long> Times => _times;

    /// <summary>How often it was spent of within the period up to a time. A later one counts too: clocks of two hosts differ.</summary>
    public int CountSince(long at, long periodMs)
    {
        var count = 0;
        for (var i = _times.Count - 1; i >= 0 && _times[i] > at - periodMs; i--) count++;
        return count;
    }

    /// <summary>Spends one, and forgets what no period reaches any longer.</summary>
    /// <param name="at">When it is spent.</param>
    /// <param name="now">The present: a decision as of the future forgets nothing that still counts.</param>
    /// <param name="periodMs">How long it counts.</param>
    public void Spend(long at, long now, long periodMs)
    {
        PeriodMs = Math.Max(PeriodMs, periodMs);
        var place = _times.Count;
        while (place > 0 && _times[place - 1] > at) place--;
        _times.Insert(place, at);
        var expired = 0;
        while (expired < _times.Count && _times[expired] <= now - PeriodMs - ClockSkewMs) expired++;
        _times.RemoveRange(0, Math.Max(expired, _times.Count - MostTimes));
    }

    /// <summary>Gives one back that was spent at a time.</summary>
    public void Release(long at) => _times.Remove(at);

    /// <summary>Whether nothing of it matters any longer at a time.</summary>
    public bool IsOver(long now) => _times.Count == 0 || _times[^1] <= now - PeriodMs - ClockSkewMs;

    public static CapHistory From(long periodMs, IEnumerable<long> times)
    {
        var history = new CapHistory { PeriodMs = periodMs };
        history._times.AddRange(times);
        return history;
    }
}
