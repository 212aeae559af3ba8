namespace Personalization.Algorithms.Recommendation;

/// <summary>What a recommendation is asked for: the session so far and the instant of asking.</summary>
public readonly ref struct SessionQuery
{
    /// <summary>Describes a running session.</summary>
    /// <param name="items">The items of the session, oldest first; the last is the current one. Empty is allowed: only recommenders that need no
    /// session answer then.</param>
    /// <param name="time">Event time of asking, milliseconds since the Unix epoch.</param>
    /// <param name="repeats">Which items of the session may come back.</param>
    public SessionQuery(ReadOnlySpan<ulong> items, long time, RepeatPolicy repeats = RepeatPolicy.ExcludeCurrent)
    {
        Items = items;
        Time = time;
        Repeats = repeats;
    }

    /// <summary>The items of the session, oldest first.</summary>
    public ReadOnlySpan<ulong> Items { get; }

    /// <summary>Event time of asking, milliseconds since the Unix epoch.</summary>
    public long Time { get; }

    /// <summary>Which items of the session may come back.</summary>
    public RepeatPolicy Repeats { get; }

    /// <summary>Whether the policy lets <paramref name="item"/> be recommended. Linear in the session's length, and free of it for
    /// <see cref="RepeatPolicy.Allow"/>.</summary>
    public bool Permits(ulong item) => Repeats switch
    {
        RepeatPolicy.Allow => true,
        RepeatPolicy.ExcludeCurrent => Items.IsEmpty || Items[^1] != item,
        _ => !Items.Contains(item),
    };
}
