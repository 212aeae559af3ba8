namespace Personalization.Engine.Decisions.Ledger;

/// <summary>When a cap's scope was spent of, oldest first.</summary>
internal sealed class CapHistory
{
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
    public void Spend(long at, long periodMs)
    {
        PeriodMs = Math.Max(PeriodMs, periodMs);
        var place = _times.Count;
        while (place > 0 && _times[place - 1] > at) place--;
        _times.Insert(place, at);
        var expired = _times.FindIndex(time => time > at - PeriodMs);
        if (expired > 0) _times.RemoveRange(0, expired);
    }

    /// <summary>Gives one back that was spent at a time.</summary>
    public void Release(long at) => _times.Remove(at);

    /// <summary>Whether nothing of it matters any longer at a time.</summary>
    public bool IsOver(long at) => _times.Count == 0 || _times[^1] <= at - PeriodMs;

    public static CapHistory From(long periodMs, IEnumerable<long> times)
    {
        var history = new CapHistory { PeriodMs = periodMs };
        history._times.AddRange(times);
        return history;
    }
}
