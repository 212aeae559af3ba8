namespace Personalization.Algorithms.Recommendation.Content;

/// <summary>Parameters and bounds of <see cref="ContentNeighbours"/>.</summary>
public sealed record ContentOptions
{
    /// <summary>How many items at the end of the running session are compared with; the i-th from the end weighs 1/i. 1–64, default 3.</summary>
    public int LastItems { get; init; } = 3;

    /// <summary>Items kept per token, the ones put last: a new item is found at once, and a token that everything has costs no more than this.
    /// 1–32,768, default 500.</summary>
    public int ItemsPerToken { get; init; } = 500;

    /// <summary>Tokens kept per item, the first ones. 1–1,024, default 32.</summary>
    public int TokensPerItem { get; init; } = 32;

    /// <summary>Items kept; beyond it the one put longest ago goes. 1–2³⁰, default 1,000,000.</summary>
    public int ItemCapacity { get; init; } = 1_000_000;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(LastItems, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LastItems, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(ItemsPerToken, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ItemsPerToken, 32_768);
        ArgumentOutOfRangeException.ThrowIfLessThan(TokensPerItem, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TokensPerItem, 1_024);
        ArgumentOutOfRangeException.ThrowIfLessThan(ItemCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ItemCapacity, 1 << 30);
    }
}
