namespace Personalization.Algorithms.Recommendation.Trending;

/// <summary>Parameters and bounds of <see cref="TrendingItems"/>.</summary>
public sealed record TrendingOptions
{
    /// <summary>After what time a click counts half. Default one day; an hour follows campaigns, a week is popularity.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How many leaders are kept in order: the longest answer there can be. 1–10,000, default 500.</summary>
    public int Leaders { get; init; } = 500;

    /// <summary>Items counted; beyond it the one clicked longest ago is forgotten. At least <see cref="Leaders"/>, up to 2³⁰, default 1,000,000.
    /// About 40 bytes an item.</summary>
    public int ItemCapacity { get; init; } = 1_000_000;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HalfLife, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Leaders, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Leaders, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(ItemCapacity, Leaders);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ItemCapacity, 1 << 30);
    }
}
