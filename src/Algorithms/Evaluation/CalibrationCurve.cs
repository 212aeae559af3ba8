namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// Do events forecast at 30 % happen three times in ten? Streaming over bins of equal width: the curve, the expected and the largest calibration
/// error.
/// </summary>
/// <remarks>
/// Source: M. P. Naeini, G. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning" (2015): ECE = Σ (nᵦ/n) |mean
/// outcome − mean probability|.
/// The plain ECE is above zero even for perfect forecasts, by about √(π(1−π)/n) a bin: compare it with <see cref="ExpectedErrorByChance"/>. Cost:
/// O(1) a forecast, no allocation; shards merge.
/// For bins of equal mass, where scores crowd together, use <see cref="EqualMass"/>.
/// </remarks>
public sealed class CalibrationCurve
{
    private readonly Bin[] _bins;

    /// <summary>An empty curve.</summary>
    /// <param name="bins">How many bins of equal width over [0, 1]; at least 2.</param>
    public CalibrationCurve(int bins = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        _bins = new Bin[bins];
    }

    /// <summary>How many forecasts.</summary>
    public long Count { get; private set; }

    /// <summary>ECE: the mean distance of forecast and frequency, weighted by forecasts; not a number where there is none.</summary>
    public double ExpectedError => Error(Points(), Count);

    /// <summary>The largest distance of a bin that has forecasts.</summary>
    public double LargestError
    {
        get
        {
            double largest = Count == 0 ? double.NaN : 0;
            foreach (var point in Points()) largest = Math.Max(largest, Math.Abs(point.Frequency - point.Probability));
            return largest;
        }
    }

    /// <summary>What ECE would be on average if every forecast were right: Σ (nᵦ/n) √(2/π) √(p(1−p)/nᵦ), by the normal approximation.</summary>
    public double ExpectedErrorByChance
    {
        get
        {
            double sum = 0;
            foreach (var point in Points()) sum += Math.Sqrt(2 / Math.PI * point.Count * point.Probability * (1 - point.Probability));
            return sum / Count;
        }
    }

    /// <summary>Takes in a forecast and what happened.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public void Add(double probability, bool outcome)
    {
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in [0, 1].");
        ref var bin = ref _bins[Math.Min((int)(probability * _bins.Length), _bins.Length - 1)];
        bin.Count++;
        bin.Probabilities += probability;
        bin.Positives += outcome ? 1 : 0;
        Count++;
    }

    /// <summary>Takes in all forecasts of another shard with as many bins.</summary>
    public void Merge(CalibrationCurve other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._bins.Length != _bins.Length) throw new ArgumentException("Only curves with the same bins merge.", nameof(other));
        for (var i = 0; i < _bins.Length; i++)
        {
            _bins[i].Count += other._bins[i].Count;
            _bins[i].Probabilities += other._bins[i].Probabilities;
            _bins[i].Positives += other._bins[i].Positives;
        }

        Count += other.Count;
    }

    /// <summary>The bins that have forecasts, ascending.</summary>
    public IReadOnlyList<CalibrationPoint> Points()
    {
        var points = new List<CalibrationPoint>(_bins.Length);
        foreach (var bin in _bins)
        {
            if (bin.Count > 0) points.Add(new CalibrationPoint(bin.Count, bin.Probabilities / bin.Count, (double)bin.Positives / bin.Count));
        }

        return points;
    }

    /// <summary>
    /// The curve over bins with as nearly equal numbers of forecasts as ties allow, and its ECE: cases of one probability stay together.
    /// </summary>
    /// <param name="probabilities">The forecasts, in [0, 1].</param>
    /// <param name="outcomes">What happened.</param>
    /// <param name="bins">How many bins are wanted.</param>
    public static (IReadOnlyList<CalibrationPoint> Points, double ExpectedError) EqualMass(ReadOnlySpan<double> probabilities, ReadOnlySpan<bool> outcomes, int bins = 10)
    {
        if (probabilities.Length != outcomes.Length) throw new ArgumentException("Every forecast needs its outcome.", nameof(outcomes));
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 2);
        double[] sorted = probabilities.ToArray();
        var labels = outcomes.ToArray();
        Array.Sort(sorted, labels);
        var points = new List<CalibrationPoint>();
        for (int start = 0, bin = 1; start < sorted.Length; bin++)
        {
            var end = Math.Max(start + 1, (int)((long)sorted.Length * bin / bins));
            while (end < sorted.Length && sorted[end] == sorted[end - 1]) end++;
            double sum = 0;
            var positives = 0;
            for (var i = start; i < end; i++)
            {
                sum += sorted[i];
                positives += labels[i] ? 1 : 0;
            }

            points.Add(new CalibrationPoint(end - start, sum / (end - start), (double)positives / (end - start)));
            start = end;
        }

        return (points, Error(points, sorted.Length));
    }

    private static double Error(IReadOnlyList<CalibrationPoint> points, long count)
    {
        double sum = 0;
        foreach (var point in points) sum += point.Count * Math.Abs(point.Frequency - point.Probability);
        return sum / count;
    }

    private struct Bin
    {
        public long Count, Positives;
        public double Probabilities;
    }
}

/// <summary>A bin of a <see cref="CalibrationCurve"/>.</summary>
/// <param name="Count">How many forecasts fell into it.</param>
/// <param name="Probability">Their mean.</param>
/// <param name="Frequency">How many of their events happened, as a share.</param>
public readonly record struct CalibrationPoint(long Count, double Probability, double Frequency)
{
    /// <summary>The frequency with its Wilson interval.</summary>
    public ConfidenceInterval Interval(double level = 0.95) => ConfidenceInterval.Wilson(Frequency * Count, Count, level);
}
