namespace Personalization.Algorithms.Recommendation;

/// <summary>What <see cref="NextItemEvaluation"/> measured for one recommender: averages over all cases, and sums per session for paired
/// comparisons.</summary>
public sealed class NextItemResult
{
    /// <summary>Prefixes of this length or more share the last row of <see cref="HitRateByPrefixLength"/>.</summary>
    public const int LongestPrefixRow = 10;

    private readonly double[] _hits;
    private readonly double[] _reciprocalRanks;
    private readonly int[] _casesPerSession;
    private readonly int[] _casesByLength = new int[LongestPrefixRow + 1];
    private readonly int[] _hitsByLength = new int[LongestPrefixRow + 1];
    private double _reciprocalRankSum;
    private double _gainSum;

    internal NextItemResult(string name, int cutoff, int sessions)
    {
        Name = name;
        Cutoff = cutoff;
        _hits = new double[sessions];
        _reciprocalRanks = new double[sessions];
        _casesPerSession = new int[sessions];
    }

    /// <summary>The recommender.</summary>
    public string Name { get; }

    /// <summary>K of the measures.</summary>
    public int Cutoff { get; }

    /// <summary>Cases asked.</summary>
    public int Cases { get; private set; }

    /// <summary>Cases whose next item was among the K.</summary>
    public int Hits { get; private set; }

    /// <summary>Cases whose next item the session had seen already.</summary>
    public int RepeatCases { get; private set; }

    /// <summary>Hits among <see cref="RepeatCases"/>.</summary>
    public int RepeatHits { get; private set; }

    /// <summary>HR@K in [0, 1]; 0 without cases.</summary>
    public double HitRate => Cases == 0 ? 0 : Hits / (double)Cases;

    /// <summary>MRR@K in [0, 1]; 0 without cases.</summary>
    public double MeanReciprocalRank => Cases == 0 ? 0 : _reciprocalRankSum / Cases;

    /// <summary>NDCG@K in [0, 1] with the one relevant item; 0 without cases.</summary>
    public double NormalizedDiscountedCumulativeGain => Cases == 0 ? 0 : _gainSum / Cases;

    /// <summary>Per test session: the number of cases.</summary>
    public ReadOnlySpan<int> CasesPerSession => _casesPerSession;

    /// <summary>Per test session: the sum of hits.</summary>
    public ReadOnlySpan<double> HitsPerSession => _hits;

    /// <summary>Per test session: the sum of reciprocal ranks.</summary>
    public ReadOnlySpan<double> ReciprocalRanksPerSession => _reciprocalRanks;

    /// <summary>HR@K for prefixes of exactly <paramref name="length"/> clicks (at <see cref="LongestPrefixRow"/>: that or more), with the number of
    /// cases.</summary>
    public (double HitRate, int Cases) HitRateByPrefixLength(int length)
    {
        var cases = _casesByLength[length];
        return (cases == 0 ? 0 : _hitsByLength[length] / (double)cases, cases);
    }

    internal void Add(int session, int prefixLength, int rank, bool isRepeat)
    {
        Cases++;
        _casesPerSession[session]++;
        var row = Math.Min(prefixLength, LongestPrefixRow);
        _casesByLength[row]++;
        if (isRepeat) RepeatCases++;
        if (rank == 0) return;
        Hits++;
        _hitsByLength[row]++;
        if (isRepeat) RepeatHits++;
        _hits[session]++;
        _reciprocalRanks[session] += 1.0 / rank;
        _reciprocalRankSum += 1.0 / rank;
        _gainSum += 1 / Math.Log2(rank + 1);
    }
}
