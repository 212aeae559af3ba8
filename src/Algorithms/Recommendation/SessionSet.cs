namespace Personalization.Algorithms.Recommendation;

/// <summary>Finished sessions in flat arrays, in an order that the maker states: what <see cref="NextItemEvaluation"/> tests on.</summary>
public sealed class SessionSet
{
    private readonly ulong[] _items;
    private readonly long[] _times;
    private readonly int[] _starts;

    private SessionSet(ulong[] keys, int[] starts, ulong[] items, long[] times)
    {
        Keys = keys;
        _starts = starts;
        _items = items;
        _times = times;
    }

    /// <summary>Number of sessions.</summary>
    public int Count => Keys.Length;

    /// <summary>Number of clicks over all sessions.</summary>
    public int ClickCount => _items.Length;

    /// <summary>The sessions' keys.</summary>
    public ulong[] Keys { get; }

    /// <summary>The items of a session, oldest first.</summary>
    public ReadOnlySpan<ulong> Items(int session) => _items.AsSpan(_starts[session].._starts[session + 1]);

    /// <summary>The times of a session's clicks, ascending.</summary>
    public ReadOnlySpan<long> Times(int session) => _times.AsSpan(_starts[session].._starts[session + 1]);

    /// <summary>
    /// Groups clicks by session: inside a session by time (equal times keep their order of arrival), sessions by the time of their last click (equal
    /// times by first arrival).
    /// O(n log n).
    /// </summary>
    public static SessionSet FromClicks(ReadOnlySpan<Click> clicks)
    {
        var groups = new Dictionary<ulong, int>();
        var group = new int[clicks.Length];
        var lastTime = new List<long>();
        for (var i = 0; i < clicks.Length; i++)
        {
            if (!groups.TryGetValue(clicks[i].Session, out var g))
            {
                groups.Add(clicks[i].Session, g = groups.Count);
                lastTime.Add(long.MinValue);
            }

            group[i] = g;
            lastTime[g] = Math.Max(lastTime[g], clicks[i].Time);
        }

        var order = new (long Last, int Group, long Time, int Arrival)[clicks.Length];
        for (var i = 0; i < clicks.Length; i++) order[i] = (lastTime[group[i]], group[i], clicks[i].Time, i);
        Array.Sort(order);
        var keys = new ulong[groups.Count];
        var starts = new int[groups.Count + 1];
        var items = new ulong[clicks.Length];
        var times = new long[clicks.Length];
        var session = -1;
        for (var i = 0; i < order.Length; i++)
        {
            var click = clicks[order[i].Arrival];
            if (i == 0 || order[i].Group != order[i - 1].Group)
            {
                keys[++session] = click.Session;
                starts[session] = i;
            }

            items[i] = click.Item;
            times[i] = click.Time;
        }

        starts[^1] = clicks.Length;
        return new SessionSet(keys, starts, items, times);
    }

    /// <summary>All clicks by time; equal times by the order of sessions and then inside the session: how they would have arrived.</summary>
    public Click[] ClicksInTimeOrder()
    {
        var clicks = new Click[_items.Length];
        for (var s = 0; s < Count; s++)
        {
            for (var i = _starts[s]; i < _starts[s + 1]; i++) clicks[i] = new Click(Keys[s], _items[i], _times[i]);
        }

        var times = (long[])_times.Clone();
        var order = new int[clicks.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        return Array.ConvertAll(order, i => clicks[i]);
    }

    /// <summary>The sessions [<paramref name="from"/>, <paramref name="to"/>) as a set of their own.</summary>
    public SessionSet Slice(int from, int to)
    {
        var (first, last) = (_starts[from], _starts[to]);
        return new SessionSet(Keys[from..to], Array.ConvertAll(_starts[from..(to + 1)], s => s - first), _items[first..last], _times[first..last]);
    }

    /// <summary>The first session whose last click is at or after an instant: sessions from there on are "the last day" for the instant one day
    /// before the end.</summary>
    public int FirstEndingAtOrAfter(long time)
    {
        for (var s = 0; s < Count; s++)
        {
            if (_times[_starts[s + 1] - 1] >= time) return s;
        }

        return Count;
    }
}
