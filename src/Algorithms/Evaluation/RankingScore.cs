namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// Streaming account of next-item recommendations: HR@k, MRR@k, NDCG@k with intervals, and what the lists are like: coverage, novelty, diversity.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>
/// Coverage: the share of all items that were recommended at least once (M. Ge, C. Delgado-Battenfeld and D. Jannach, "Beyond accuracy", 2010).
/// </item>
/// <item>
/// Novelty: the mean of −log₂ p over recommended items, p an item's share of all interactions, in bits (S. Vargas and P. Castells, 2011): the
/// surprise of seeing it.
/// </item>
/// <item>
/// Diversity: the mean pairwise dissimilarity inside a list (C.-N. Ziegler et al., "Improving recommendation lists through topic diversification",
/// 2005), by the caller's measure.
/// </item>
/// </list>
/// Cases of one session are not independent: the intervals here hold for independent cases; for differences between methods use
/// <see cref="PairedBootstrap"/> by session. Cost: O(k) a case without diversity, O(k²) with it; no allocation after construction.
/// </remarks>
public sealed class RankingScore
{
    private readonly bool[] _recommended;
    private readonly double[]? _surprise;
    private readonly Func<int, int, double>? _dissimilarity;
    private RunningMean _hit;
    private RunningMean _reciprocal;
    private RunningMean _gain;
    private RunningMean _novelty;
    private RunningMean _diversity;
    private int _distinct;

    /// <summary>An empty account.</summary>
    /// <param name="k">The length of the lists that is looked at, for example 20.</param>
    /// <param name="items">How many items there are; item numbers lie below.</param>
    /// <param name="interactions">
    /// How often each item was interacted with in training, for novelty; empty: novelty is not measured. Items without any count as having one.
    /// </param>
    /// <param name="dissimilarity">In [0, 1], for diversity; <c>null</c>: not measured.</param>
    public RankingScore(int k, int items, ReadOnlySpan<int> interactions = default, Func<int, int, double>? dissimilarity = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        K = k;
        _recommended = new bool[items];
        _dissimilarity = dissimilarity;
        if (interactions.IsEmpty) return;
        if (interactions.Length != items) throw new ArgumentException("Every item needs its count.", nameof(interactions));
        double total = 0;
        foreach (var count in interactions) total += Math.Max(1, count);
        _surprise = new double[items];
        for (var i = 0; i < items; i++) _surprise[i] = -Math.Log2(Math.Max(1, interactions[i]) / total);
    }

    /// <summary>The length of the lists that is looked at.</summary>
    public int K { get; }

    /// <summary>How many cases.</summary>
    public long Count => _hit.Count;

    /// <summary>HR@k.</summary>
    public double HitRate => _hit.Mean;

    /// <summary>MRR@k.</summary>
    public double MeanReciprocalRank => _reciprocal.Mean;

    /// <summary>NDCG@k.</summary>
    public double Ndcg => _gain.Mean;

    /// <summary>The share of all items that were recommended at least once.</summary>
    public double Coverage => (double)_distinct / _recommended.Length;

    /// <summary>Mean surprise of a recommended item in bits; not a number where it is not measured.</summary>
    public double Novelty => _novelty.Count > 0 ? _novelty.Mean : double.NaN;

    /// <summary>Mean pairwise dissimilarity inside a list; not a number where it is not measured.</summary>
    public double Diversity => _diversity.Count > 0 ? _diversity.Mean : double.NaN;

    /// <summary>Takes in a recommendation and the item that came next.</summary>
    /// <param name="ranked">The list, best first; only its first k are looked at.</param>
    /// <param name="next">The item that came.</param>
    /// <returns>Its rank from 1, 0 for a miss.</returns>
    public int Add(ReadOnlySpan<int> ranked, int next)
    {
        if (ranked.Length > K) ranked = ranked[..K];
        var rank = RankingMeasures.RankOf(ranked, next, K);
        _hit.Add(RankingMeasures.Hit(rank));
        _reciprocal.Add(RankingMeasures.ReciprocalRank(rank));
        _gain.Add(RankingMeasures.DiscountedGain(rank));
        for (var i = 0; i < ranked.Length; i++)
        {
            ref var seen = ref _recommended[ranked[i]];
            _distinct += seen ? 0 : 1;
            seen = true;
            if (_surprise is not null) _novelty.Add(_surprise[ranked[i]]);
        }

        if (_dissimilarity is not null && ranked.Length > 1)
        {
            double sum = 0;
            for (var i = 1; i < ranked.Length; i++)
            {
                for (var j = 0; j < i; j++) sum += _dissimilarity(ranked[i], ranked[j]);
            }

            _diversity.Add(sum / (ranked.Length * (ranked.Length - 1) / 2.0));
        }

        return rank;
    }

    /// <summary>HR@k with its Wilson interval.</summary>
    public ConfidenceInterval HitRateInterval(double level = 0.95) => ConfidenceInterval.Wilson(_hit.Mean * _hit.Count, _hit.Count, level);

    /// <summary>MRR@k with its normal interval.</summary>
    public ConfidenceInterval MeanReciprocalRankInterval(double level = 0.95) => _reciprocal.Interval(level);

    /// <summary>NDCG@k with its normal interval.</summary>
    public ConfidenceInterval NdcgInterval(double level = 0.95) => _gain.Interval(level);
}
