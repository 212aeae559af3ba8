namespace Personalization.Algorithms.Recommendation;

/// <summary>One recommended item. Scores order the items of one answer; those of two recommenders are not comparable.</summary>
/// <param name="Item">The item, as it was learned.</param>
/// <param name="Score">Finite; the higher the better.</param>
public readonly record struct ScoredItem(ulong Item, double Score)
{
    /// <summary>Whether this item stands before <paramref name="other"/>: by the higher score, at equal scores by the higher item id.</summary>
    public bool IsBefore(in ScoredItem other) => Score > other.Score || (Score == other.Score && Item > other.Item);
}
