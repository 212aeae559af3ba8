namespace Personalization.Algorithms.OffPolicy;

/// <summary>How well a log covers what the policy under evaluation would do.</summary>
/// <param name="Decisions">n.</param>
/// <param name="EffectiveSample">(Σw)²/Σw²: the number of equally weighted decisions worth the same (L. Kish, "Survey sampling", 1965).</param>
/// <param name="MeanWeight">Σw/n: about 1 if the propensities are right, with any two policies.</param>
/// <param name="MeanWeightError">The standard error of that mean.</param>
/// <param name="LargestWeight">max w.</param>
/// <param name="LargestShare">max w / Σw: how much of the estimate hangs on one decision.</param>
/// <param name="TopPercentShare">The share of Σw that the largest hundredth of the weights (one at least) carries.</param>
/// <param name="SmallestPropensity">min p.</param>
/// <param name="UnusedShare">The share of decisions with weight 0, which say nothing about the policy.</param>
public sealed record OverlapDiagnostics(
    int Decisions,
    double EffectiveSample,
    double MeanWeight,
    double MeanWeightError,
    double LargestWeight,
    double LargestShare,
    double TopPercentShare,
    double SmallestPropensity,
    double UnusedShare)
{
    /// <summary>Measures a log. O(n log n).</summary>
    /// <exception cref="SupportException">The log lacks support.</exception>
    /// <exception cref="ArgumentException">The log is empty, or a row is out of range.</exception>
    public static OverlapDiagnostics Of(ReadOnlySpan<LoggedDecision> log)
    {
        DecisionLog.Check(log);
        var weights = new double[log.Length];
        double sum = 0, squares = 0, smallest = 1;
        var unused = 0;
        for (var i = 0; i < log.Length; i++)
        {
            var w = weights[i] = log[i].Weight;
            sum += w;
            squares += w * w;
            smallest = Math.Min(smallest, log[i].Propensity);
            if (w == 0) unused++;
        }

        Array.Sort(weights);
        var n = log.Length;
        var mean = sum / n;
        var top = 0.0;
        for (var i = n - Math.Max(1, n / 100); i < n; i++) top += weights[i];
        var deviation = Math.Sqrt(Math.Max(0, squares / n - mean * mean));
        return new OverlapDiagnostics(
            n,
            squares > 0 ? sum * sum / squares : 0,
            mean,
            deviation / Math.Sqrt(n),
            weights[^1],
            sum > 0 ? weights[^1] / sum : 0,
            sum > 0 ? top / sum : 0,
            smallest,
            (double)unused / n);
    }
}
