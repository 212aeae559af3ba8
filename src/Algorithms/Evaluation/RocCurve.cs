namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// How well a score ranks positives above negatives: the receiver operating characteristic, its area with DeLong's interval, and the precision–recall
/// curve.
/// </summary>
/// <remarks>
/// <para>
/// The area is the probability that a random positive scores above a random negative, ties counting half. Its variance: E. DeLong, D. DeLong and D.
/// Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating characteristic curves" (1988), in the O(n log n) form of X.
/// Sun and W. Xu (2014). Average precision is Σ (Rₖ − Rₖ₋₁) Pₖ over the thresholds, without interpolation, cases of equal score taken together.
/// </para>
/// <para>Scores need not be probabilities. Cost: two sorts. With one class only areas are not numbers and curves are empty.</para>
/// </remarks>
public sealed class RocCurve
{
    private readonly double[] _thresholds;
    private readonly long[] _truePositives;
    private readonly long[] _falsePositives;
    private readonly double[] _positivePlacements;
    private readonly double[] _negativePlacements;

    private RocCurve(double[] thresholds, long[] truePositives, long[] falsePositives, double[] positivePlacements, double[] negativePlacements, double area)
    {
        (_thresholds, _truePositives, _falsePositives) = (thresholds, truePositives, falsePositives);
        (_positivePlacements, _negativePlacements) = (positivePlacements, negativePlacements);
        Area = area;
    }

    /// <summary>How many cases were positive.</summary>
    public int Positives => _positivePlacements.Length;

    /// <summary>How many cases were negative.</summary>
    public int Negatives => _negativePlacements.Length;

    /// <summary>The area under the curve (AUC); .5 is chance, not a number with one class only.</summary>
    public double Area { get; }

    /// <summary>DeLong's standard error of the area; not a number below two cases of a class.</summary>
    public double StandardError => Math.Sqrt(Variance(_positivePlacements) / Positives + Variance(_negativePlacements) / Negatives);

    /// <summary>Measures scores against what happened.</summary>
    /// <param name="scores">Higher means more likely positive; finite or infinite, but numbers.</param>
    /// <param name="labels">What each case was.</param>
    /// <exception cref="ArgumentException">Lengths differ, or a score is not a number.</exception>
    public static RocCurve Create(ReadOnlySpan<double> scores, ReadOnlySpan<bool> labels)
    {
        if (scores.Length != labels.Length) throw new ArgumentException("Every score needs its label.", nameof(labels));
        foreach (var score in scores)
        {
            if (double.IsNaN(score)) throw new ArgumentException("A score that is not a number has no rank.", nameof(scores));
        }

        var sorted = scores.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);

        var positives = 0;
        foreach (var label in labels) positives += label ? 1 : 0;
        var negatives = labels.Length - positives;
        double[] above = new double[positives], below = new double[negatives];
        List<double> thresholds = [];
        List<long> truePositives = [], falsePositives = [];
        int seenPositives = 0, seenNegatives = 0;
        // From the highest score down, equal scores together.
        for (var end = sorted.Length; end > 0;)
        {
            var start = end - 1;
            while (start > 0 && sorted[start - 1] == sorted[end - 1]) start--;
            int tiedPositives = 0, tiedNegatives = 0;
            for (var i = start; i < end; i++)
            {
                if (labels[order[i]]) tiedPositives++;
                else tiedNegatives++;
            }

            // The share of the other class that each case is on the right side of: its placement.
            var positivePlacement = (negatives - seenNegatives - 0.5 * tiedNegatives) / negatives;
            var negativePlacement = (seenPositives + 0.5 * tiedPositives) / positives;
            above.AsSpan(seenPositives, tiedPositives).Fill(positivePlacement);
            below.AsSpan(seenNegatives, tiedNegatives).Fill(negativePlacement);
            seenPositives += tiedPositives;
            seenNegatives += tiedNegatives;
            thresholds.Add(sorted[start]);
            truePositives.Add(seenPositives);
            falsePositives.Add(seenNegatives);
            end = start;
        }

        var area = positives > 0 && negatives > 0 ? Mean(above) : double.NaN;
        return new RocCurve([.. thresholds], [.. truePositives], [.. falsePositives], above, below, area);
    }

    /// <summary>The area with DeLong's normal interval, held inside [0, 1].</summary>
    public ConfidenceInterval AreaInterval(double level = 0.95)
    {
        var interval = ConfidenceInterval.Normal(Area, StandardError, level);
        return double.IsFinite(interval.Lower) ? interval with { Lower = Math.Max(0, interval.Lower), Upper = Math.Min(1, interval.Upper) } : interval;
    }

    /// <summary>
    /// The points (false positive rate, true positive rate) from (0, 0) to (1, 1), a point a distinct score; empty with one class only.
    /// </summary>
    public IReadOnlyList<(double FalsePositiveRate, double TruePositiveRate)> Points()
    {
        if (Positives == 0 || Negatives == 0) return [];
        var points = new (double, double)[_thresholds.Length + 1];
        for (var i = 0; i < _thresholds.Length; i++)
            points[i + 1] = ((double)_falsePositives[i] / Negatives, (double)_truePositives[i] / Positives);
        return points;
    }

    /// <summary>The points (recall, precision), the threshold falling; empty without positives.</summary>
    public IReadOnlyList<(double Recall, double Precision)> PrecisionRecallPoints()
    {
        if (Positives == 0) return [];
        var points = new (double, double)[_thresholds.Length];
        for (var i = 0; i < points.Length; i++)
            points[i] = ((double)_truePositives[i] / Positives, (double)_truePositives[i] / (_truePositives[i] + _falsePositives[i]));
        return points;
    }

    /// <summary>
    /// Average precision, the area under the precision–recall steps; the share of positives is chance. Not a number without positives.
    /// </summary>
    public double AveragePrecision
    {
        get
        {
            if (Positives == 0) return double.NaN;
            double sum = 0;
            long before = 0;
            for (var i = 0; i < _thresholds.Length; i++)
            {
                sum += (_truePositives[i] - before) * ((double)_truePositives[i] / (_truePositives[i] + _falsePositives[i]));
                before = _truePositives[i];
            }

            return sum / Positives;
        }
    }

    /// <summary>The threshold with the largest F1 when cases at or above it are called positive, and that F1. Choose it on training data.</summary>
    public (double Threshold, double F1) BestF1()
    {
        var best = (Threshold: double.PositiveInfinity, F1: double.NaN);
        for (var i = 0; i < _thresholds.Length; i++)
        {
            var f1 = 2.0 * _truePositives[i] / (_truePositives[i] + _falsePositives[i] + Positives);
            if (!(f1 <= best.F1)) best = (_thresholds[i], f1);
        }

        return best;
    }

    private static double Mean(double[] values)
    {
        double sum = 0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }

    private static double Variance(double[] values)
    {
        var mean = new RunningMean();
        foreach (var value in values)
        {
            // With one class only the placements are not numbers, and neither is the variance.
            if (!double.IsFinite(value)) return double.NaN;
            mean.Add(value);
        }

        return mean.Variance;
    }
}
