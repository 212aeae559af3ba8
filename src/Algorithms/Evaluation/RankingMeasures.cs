namespace Personalization.Algorithms.Evaluation;

/// <summary>Measures of one ranked list against the items that were relevant.</summary>
/// <remarks>
/// Sources: K. Järvelin and J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002) for NDCG; E. Voorhees (1999) for the reciprocal
/// rank. Items are dense numbers. A list shorter than k is as if filled with irrelevant items. Cost: O(k · relevant), no allocation.
/// </remarks>
public static class RankingMeasures
{
    /// <summary>The rank of an item from 1, or 0 where it is not among the first k.</summary>
    public static int RankOf(ReadOnlySpan<int> ranked, int item, int k) => ranked[..Math.Min(k, ranked.Length)].IndexOf(item) + 1;

    /// <summary>1 where an item is among the first k, else 0: hit rate (HR@k), which for a single next item is recall@k.</summary>
    public static double Hit(int rank) => rank > 0 ? 1 : 0;

    /// <summary>1/rank, 0 for a miss: reciprocal rank, of which the mean is MRR@k.</summary>
    public static double ReciprocalRank(int rank) => rank > 0 ? 1.0 / rank : 0;

    /// <summary>1/log₂(1 + rank), 0 for a miss: NDCG@k for a single relevant item, whose ideal gain is 1.</summary>
    public static double DiscountedGain(int rank) => rank > 0 ? 1 / Math.Log2(1 + rank) : 0;

    /// <summary>
    /// NDCG@k for several equally relevant items: Σ 1/log₂(1 + rank) over those found, divided by the same sum for a list that starts with all of
    /// them.
    /// </summary>
    /// <returns>In [0, 1]; not a number where nothing was relevant.</returns>
    public static double Ndcg(ReadOnlySpan<int> ranked, ReadOnlySpan<int> relevant, int k)
    {
        double gain = 0, ideal = 0;
        for (var i = 0; i < Math.Min(k, ranked.Length); i++)
        {
            if (relevant.Contains(ranked[i])) gain += DiscountedGain(i + 1);
        }

        for (var i = 0; i < Math.Min(k, relevant.Length); i++) ideal += DiscountedGain(i + 1);
        return gain / ideal;
    }

    /// <summary>The share of the first k places that are relevant.</summary>
    public static double Precision(ReadOnlySpan<int> ranked, ReadOnlySpan<int> relevant, int k) => (double)Found(ranked, relevant, k) / k;

    /// <summary>The share of the relevant items that are among the first k; not a number where nothing was relevant.</summary>
    public static double Recall(ReadOnlySpan<int> ranked, ReadOnlySpan<int> relevant, int k) => (double)Found(ranked, relevant, k) / relevant.Length;

    private static int Found(ReadOnlySpan<int> ranked, ReadOnlySpan<int> relevant, int k)
    {
        var found = 0;
        foreach (var item in ranked[..Math.Min(k, ranked.Length)]) found += relevant.Contains(item) ? 1 : 0;
        return found;
    }
}
