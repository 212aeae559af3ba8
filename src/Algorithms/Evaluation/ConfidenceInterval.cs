namespace Personalization.Algorithms.Evaluation;

/// <summary>An estimate with the interval around it and the level that the interval promises.</summary>
/// <param name="Estimate">The point estimate; <see cref="double.NaN"/> where there was nothing to estimate from.</param>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end, never below <paramref name="Lower"/>.</param>
/// <param name="Level">The nominal coverage, for example 0.95.</param>
/// <remarks>
/// What the level means depends on the maker: at one fixed sample size (normal, Wilson, bootstrap, DeLong) or at all times at once (confidence
/// sequences).
/// </remarks>
public readonly record struct ConfidenceInterval(double Estimate, double Lower, double Upper, double Level)
{
    /// <summary>Nothing is known: the estimate is not a number, the ends are infinite.</summary>
    public static ConfidenceInterval Unknown(double level) => new(double.NaN, double.NegativeInfinity, double.PositiveInfinity, level);

    /// <summary><c>Upper − Lower</c>.</summary>
    public double Width => Upper - Lower;

    /// <summary>Whether a value lies in the closed interval.</summary>
    public bool Contains(double value) => value >= Lower && value <= Upper;

    /// <summary>estimate ± z·standard error, with z the normal quantile of (1 + level)/2.</summary>
    public static ConfidenceInterval Normal(double estimate, double standardError, double level = 0.95)
    {
        CheckLevel(level);
        if (double.IsNaN(estimate) || double.IsNaN(standardError)) return Unknown(level) with { Estimate = estimate };
        var half = Quantile(level) * standardError;
        return new ConfidenceInterval(estimate, estimate - half, estimate + half, level);
    }

    /// <summary>
    /// The score interval for a proportion, E. B. Wilson, "Probable inference" (1927): it stays inside [0, 1] and keeps its level near the ends,
    /// where estimate ± z·√(p(1−p)/n) does not.
    /// </summary>
    /// <param name="successes">Successes, possibly weighted; 0 ≤ successes ≤ trials.</param>
    /// <param name="trials">Trials; 0 gives an unknown interval.</param>
    /// <param name="level">The nominal coverage.</param>
    /// <remarks>Worked example: 8 of 10 at 95 % gives .8 in [.4902, .9433].</remarks>
    public static ConfidenceInterval Wilson(double successes, double trials, double level = 0.95)
    {
        CheckLevel(level);
        if (!(trials > 0)) return Unknown(level);
        var z = Quantile(level);
        var p = successes / trials;
        var denominator = 1 + z * z / trials;
        var centre = (p + z * z / (2 * trials)) / denominator;
        var half = z * Math.Sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials)) / denominator;
        return new ConfidenceInterval(p, Math.Max(0, centre - half), Math.Min(1, centre + half), level);
    }

    /// <summary>The two-sided normal quantile: 1.96 for a level of .95.</summary>
    public static double Quantile(double level) => MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (1 + level) / 2);

    internal static void CheckLevel(double level)
    {
        if (!(level > 0 && level < 1)) throw new ArgumentOutOfRangeException(nameof(level), level, "A confidence level lies strictly between 0 and 1.");
    }
}
