namespace Personalization.Algorithms.Recommendation.ItemPairs;

/// <summary>Parameters and bounds of the recommenders that count pairs of items: <see cref="SequentialRules"/> and
/// <see cref="CoVisitation"/>.</summary>
public sealed record ItemPairOptions
{
    /// <summary>How many clicks back in a session a click still pairs with. 1–64, default 10.</summary>
    public int Window { get; init; } = 10;

    /// <summary>How many items at the end of the running session are asked for their partners; the weight of the i-th from the end is 1/i. 1–64,
    /// default 1 (as sequential rules are defined).</summary>
    public int LastItems { get; init; } = 1;

    /// <summary>After what time a pair counts half. Null (default): pairs do not age.</summary>
    public TimeSpan? HalfLife { get; init; }

    /// <summary>Partners kept per item; a new partner takes the place of the weakest. 1–4,096, default 128. A partner costs 12 bytes.</summary>
    public int PartnersPerItem { get; init; } = 128;

    /// <summary>Items kept; beyond it the one clicked longest ago goes. 1–2³⁰, default 1,000,000.</summary>
    public int ItemCapacity { get; init; } = 1_000_000;

    /// <summary>Running sessions whose last items are remembered; beyond it the one that clicked longest ago starts anew. 1–2³⁰, default
    /// 100,000.</summary>
    public int OpenSessions { get; init; } = 100_000;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(LastItems, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LastItems, 64);
        if (HalfLife is { } halfLife) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(halfLife, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(PartnersPerItem, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PartnersPerItem, 4_096);
        ArgumentOutOfRangeException.ThrowIfLessThan(ItemCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ItemCapacity, 1 << 30);
        ArgumentOutOfRangeException.ThrowIfLessThan(OpenSessions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(OpenSessions, 1 << 30);
    }
}
