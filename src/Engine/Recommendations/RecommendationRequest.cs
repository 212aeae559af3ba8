using Personalization.Customers;

namespace Personalization.Engine.Recommendations;

/// <summary>What is asked of the recommender.</summary>
/// <param name="Count">How many items are wanted.</param>
/// <param name="Time">When, milliseconds since 1970-01-01 UTC.</param>
/// <param name="Repeats">What becomes of items seen or bought.</param>
/// <param name="ContextItem">The item whose page it is; 0 = none.</param>
/// <param name="Category">Only this category and those below it; null = all.</param>
/// <param name="Items">The caller's own items, to be put in order, those of equal score as they came; null = choose from all.</param>
public readonly record struct RecommendationRequest(
    int Count, long Time, RepeatRule Repeats = RepeatRule.Demote, ulong ContextItem = 0, string? Category = null, IReadOnlyList<ulong>? Items = null);

/// <summary>An item that was chosen, with what chose it.</summary>
public struct Recommendation
{
    /// <summary>The item.</summary>
    public ulong Item { get; set; }

    /// <summary>Its id, where the catalogue has it.</summary>
    public string? ItemId { get; set; }

    /// <summary>Orders the answer.</summary>
    public double Score { get; set; }

    /// <summary>P(next item) by the mix; 0 = the session says nothing of it.</summary>
    public double NextItem { get; set; }

    /// <summary>Share of the customer's affinity, 0 to 1.</summary>
    public double Affinity { get; set; }

    /// <summary>Decayed clicks as a share of the leader's, 0 to 1.</summary>
    public double Trending { get; set; }

    /// <summary>Whether the customer looked at it lately.</summary>
    public bool IsSeen { get; set; }

    /// <summary>Whether the customer bought it lately.</summary>
    public bool IsPurchased { get; set; }

    /// <summary>Why it is here.</summary>
    public RecommendationReasonKind Reason { get; set; }

    /// <summary>The customer's item that led here; 0 = none.</summary>
    public ulong CitedItem { get; set; }

    /// <summary>Its id, where the catalogue has it.</summary>
    public string? CitedItemId { get; set; }

    /// <summary>The position of the customer's event behind the reason; 0 = none.</summary>
    public long CitedPosition { get; set; }

    /// <summary>When that event happened.</summary>
    public long CitedTime { get; set; }

    /// <summary>The category or brand of the reason.</summary>
    public string? Name { get; set; }

    /// <summary>Its place among the candidates, as they were proposed.</summary>
    internal int Place { get; set; }

    internal int Category { get; set; }
    internal ulong BrandHash { get; set; }
}
