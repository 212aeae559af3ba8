namespace Personalization.Algorithms.Recommendation.Diversity;

/// <summary>How alike two items are. Implement it on a struct, and the call is inlined.</summary>
public interface IItemSimilarity
{
    /// <summary>Symmetric, in [0, 1]; 1 for the same, 0 for unrelated or unknown.</summary>
    double Between(ulong item, ulong other);
}
