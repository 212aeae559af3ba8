namespace Personalization.Algorithms.OffPolicy;

/// <summary>DRos, doubly robust with optimistic shrinkage: weights w are replaced by ŵ = λw/(w² + λ), which leaves small ones and cuts large ones.</summary>
/// <remarks>
/// <para>
/// Source: Y. Su, M. Dimakopoulou, A. Krishnamurthy, M. Dudík, "Doubly robust off-policy evaluation with shrinkage" (ICML 2020): ŵ minimises a bound on the mean squared error. λ = 0 is DM, λ = ∞ is DR.
/// </para>
/// <para>
/// λ is chosen from the log: on a grid of multiples of the mean squared weight, the one with the least estimated error, variance/n + bias², the bias estimated by the mean of (w − ŵ)(r − q) and, because that estimate
/// is itself noisy, raised by one standard error of it. Deterministic; O(n) per grid point.
/// </para>
/// </remarks>
public sealed class ShrunkDoublyRobust : IOffPolicyEstimator
{
    // From nearly DM to nearly DR, in powers of √10 around the scale of the squared weights.
    private const int GridSteps = 13;
    private readonly double? _fixed;

    /// <summary>λ is chosen from the log.</summary>
    public ShrunkDoublyRobust() { }

    /// <summary>λ as given.</summary>
    /// <param name="lambda">≥ 0; positive infinity is DR.</param>
    public ShrunkDoublyRobust(double lambda)
    {
        if (!(lambda >= 0)) throw new ArgumentOutOfRangeException(nameof(lambda), lambda, "λ is not negative.");
        _fixed = lambda;
    }

    /// <inheritdoc/>
    public string Name => "DRos";

    /// <inheritdoc/>
    public bool UsesPropensities => true;

    /// <inheritdoc/>
    public bool UsesPredictions => true;

    /// <inheritdoc/>
    public void Contributions(ReadOnlySpan<LoggedDecision> log, Span<double> numerators, Span<double> denominators)
    {
        var lambda = _fixed ?? Choose(log);
        for (var i = 0; i < log.Length; i++)
            (numerators[i], denominators[i]) = (log[i].PredictedValue + Shrink(log[i].Weight, lambda) * (log[i].Reward - log[i].PredictedReward), 1);
    }

    /// <summary>ŵ = λw/(w² + λ).</summary>
    public static double Shrink(double weight, double lambda)
    {
        if (double.IsPositiveInfinity(lambda) || weight == 0) return weight;
        return lambda == 0 ? 0 : lambda * weight / (weight * weight + lambda);
    }

    /// <summary>The λ with the least estimated error on a log.</summary>
    public static double Choose(ReadOnlySpan<LoggedDecision> log)
    {
        var squares = 0.0;
        foreach (ref readonly var decision in log) squares += decision.Weight * decision.Weight;
        var scale = squares / log.Length;
        var (best, least) = (double.PositiveInfinity, Error(log, double.PositiveInfinity));
        for (var step = GridSteps - 1; step >= 0; step--)
        {
            var lambda = scale * Math.Pow(10, (step - 4) / 2.0);
            var error = Error(log, lambda);
            if (error < least) (best, least) = (lambda, error);
        }

        return best;
    }

    private static double Error(ReadOnlySpan<LoggedDecision> log, double lambda)
    {
        var n = log.Length;
        double mean = 0, squares = 0, bias = 0, biasSquares = 0;
        for (var i = 0; i < n; i++)
        {
            ref readonly var decision = ref log[i];
            var shrunk = Shrink(decision.Weight, lambda);
            var residual = decision.Reward - decision.PredictedReward;
            var value = decision.PredictedValue + shrunk * residual;
            var delta = value - mean;
            mean += delta / (i + 1);
            squares += delta * (value - mean);
            var lost = (decision.Weight - shrunk) * residual;
            delta = lost - bias;
            bias += delta / (i + 1);
            biasSquares += delta * (lost - bias);
        }

        var bound = Math.Abs(bias) + Math.Sqrt(biasSquares) / n;
        return squares / n / n + bound * bound;
    }
}
