namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// The area under the ROC curve of forecast probabilities as they stream by, in the memory of its bins: positives and negatives are counted by bins
/// of equal width over [0, 1], and pairs inside a bin count half.
/// </summary>
/// <remarks>
/// The exact area lies within <see cref="LargestError"/> of <see cref="Area"/>: half the share of pairs that fell into one bin, known and not
/// estimated. Where scores crowd together (rates of a per mille) use more bins, or <see cref="RocCurve"/>. Shards merge by addition. Cost: one
/// increment a forecast, one pass over the bins for the area; no allocation.
/// </remarks>
public sealed class StreamingRoc
{
    private readonly long[] _positives;
    private readonly long[] _negatives;

    /// <summary>An empty curve.</summary>
    /// <param name="bins">How many bins; at least 2. 16 bytes each.</param>
    public StreamingRoc(int bins = 1_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        _positives = new long[bins];
        _negatives = new long[bins];
    }

    /// <summary>How many positives.</summary>
    public long Positives { get; private set; }

    /// <summary>How many negatives.</summary>
    public long Negatives { get; private set; }

    /// <summary>The area, pairs of one bin counting half; not a number with one class only.</summary>
    public double Area
    {
        get
        {
            double right = 0;
            long below = 0;
            for (var i = 0; i < _positives.Length; i++)
            {
                right += _positives[i] * (below + 0.5 * _negatives[i]);
                below += _negatives[i];
            }

            return right / Positives / Negatives;
        }
    }

    /// <summary>How far the exact area can be from <see cref="Area"/>.</summary>
    public double LargestError
    {
        get
        {
            double tied = 0;
            for (var i = 0; i < _positives.Length; i++) tied += 0.5 * _positives[i] * _negatives[i];
            return tied / Positives / Negatives;
        }
    }

    /// <summary>
    /// The area with a normal interval by the variance of J. Hanley and B. McNeil, "The meaning and use of the area under a receiver operating
    /// characteristic (ROC) curve" (1982), widened by <see cref="LargestError"/>: it needs the area and the class counts only, where DeLong's needs
    /// every score.
    /// </summary>
    public ConfidenceInterval AreaInterval(double level = 0.95)
    {
        ConfidenceInterval.CheckLevel(level);
        if (Positives == 0 || Negatives == 0) return ConfidenceInterval.Unknown(level);
        var a = Area;
        double q1 = a / (2 - a), q2 = 2 * a * a / (1 + a);
        var variance = (a * (1 - a) + (Positives - 1) * (q1 - a * a) + (Negatives - 1) * (q2 - a * a)) / Positives / Negatives;
        var half = ConfidenceInterval.Quantile(level) * Math.Sqrt(variance) + LargestError;
        return new ConfidenceInterval(a, Math.Max(0, a - half), Math.Min(1, a + half), level);
    }

    /// <summary>Takes in a forecast and what happened.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public void Add(double probability, bool outcome)
    {
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in [0, 1].");
        var bin = Math.Min((int)(probability * _positives.Length), _positives.Length - 1);
        if (outcome)
        {
            _positives[bin]++;
            Positives++;
        }
        else
        {
            _negatives[bin]++;
            Negatives++;
        }
    }

    /// <summary>Takes in all forecasts of another shard with as many bins.</summary>
    public void Merge(StreamingRoc other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._positives.Length != _positives.Length) throw new ArgumentException("Only curves with the same bins merge.", nameof(other));
        for (var i = 0; i < _positives.Length; i++)
        {
            _positives[i] += other._positives[i];
            _negatives[i] += other._negatives[i];
        }

        Positives += other.Positives;
        Negatives += other.Negatives;
    }
}
