namespace Personalization.Algorithms.Recommendation;

/// <summary>Which items of the running session may be recommended again. Results on public data differ by tens of points with it, so a figure without
/// it says little.</summary>
public enum RepeatPolicy
{
    /// <summary>Everything may come back, the current item too (a log of page views holds reloads).</summary>
    Allow,

    /// <summary>The current item, the last of the session, is left out; earlier ones may come back. The protocol of Serenade.</summary>
    ExcludeCurrent,

    /// <summary>Nothing that the session has seen is recommended.</summary>
    ExcludeSeen,
}
