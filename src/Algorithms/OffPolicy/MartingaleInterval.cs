using Personalization.Algorithms.Evaluation;

namespace Personalization.Algorithms.OffPolicy;

/// <summary>An interval for the value of a fixed policy that holds whatever the logging policy did with what it learned, and at whatever time one looks.</summary>
/// <remarks>
/// <para>
/// Source: I. Waudby-Smith, L. Wu, A. Ramdas, N. Karampatziakis, P. Mineiro, "Anytime-valid off-policy inference for contextual bandits" (2022), the predictable plug-in empirical Bernstein bound. Scores ξₜ ≥ 0 with
/// E[ξₜ | past] = μ have, with probability 1 − α and at all n at once,
/// μ ≥ (Σλₜξₜ − ln(1/α) − Σψ(λₜ)(ξₜ − ξ̂ₜ₋₁)²) / Σλₜ, ψ(λ) = −ln(1−λ) − λ, where λₜ in (0, ½] and ξ̂ₜ₋₁ ≤ 1 may depend on the past alone. No bound on the weights is needed: ξ may be large, only not negative.
/// The upper end is the same bound for the rewards turned round, 1 − r; each end takes half of α. λ is tuned to the length of the log, which is a constant and so keeps the bound valid at all times.
/// </para>
/// <para>
/// IPS: ξ = w·r with r scaled to [0, 1]. DR: φ = v + w(r − q) with q, v in [0, 1] is at least −k for weights up to k, so ξ = (φ + k)/(k + 1); k must be known beforehand (an ε/K floor gives K/ε), and the predictions must come from the past.
/// The price of validity is width: where the logging policy is fixed, the bootstrap is narrower.
/// </para>
/// </remarks>
public static class MartingaleInterval
{
    private const double LargestLambda = 0.5;

    /// <summary>The interval of an estimator that has one (IPS; DR with a known bound on the weights), else null.</summary>
    public static ConfidenceInterval? Of(IOffPolicyEstimator estimator, ReadOnlySpan<LoggedDecision> log, OffPolicyOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        DecisionLog.Check(log);
        foreach (ref readonly var decision in log)
        {
            if (decision.Reward < options.LeastReward || decision.Reward > options.GreatestReward) return null;
        }

        return estimator switch
        {
            InversePropensityScoring => InversePropensity(log, options),
            DoublyRobust when options.KnownWeightBound is { } bound => DoublyRobustScores(log, bound, options),
            _ => null,
        };
    }

    private static ConfidenceInterval InversePropensity(ReadOnlySpan<LoggedDecision> log, OffPolicyOptions options)
    {
        var range = options.GreatestReward - options.LeastReward;
        var lower = new Bound(log.Length, options.Level);
        var upper = new Bound(log.Length, options.Level);
        var sum = 0.0;
        foreach (ref readonly var decision in log)
        {
            var r = (decision.Reward - options.LeastReward) / range;
            lower.Add(decision.Weight * r);
            upper.Add(decision.Weight * (1 - r));
            sum += decision.Weight * decision.Reward;
        }

        return Interval(sum / log.Length, lower.Value, 1 - upper.Value, options);
    }

    private static ConfidenceInterval DoublyRobustScores(ReadOnlySpan<LoggedDecision> log, double k, OffPolicyOptions options)
    {
        var range = options.GreatestReward - options.LeastReward;
        var lower = new Bound(log.Length, options.Level);
        var upper = new Bound(log.Length, options.Level);
        var sum = 0.0;
        foreach (ref readonly var decision in log)
        {
            if (decision.Weight > k * (1 + 1e-9)) throw new ArgumentException($"A weight of {decision.Weight:G6} exceeds the bound of {k:G6} that was said to be known.", nameof(log));

            // Clipping a prediction made from the past keeps the score unbiased only if q and v are clipped alike; outside [0, 1] both are replaced by the neutral ½.
            var q = (decision.PredictedReward - options.LeastReward) / range;
            var v = (decision.PredictedValue - options.LeastReward) / range;
            if (!(q is >= 0 and <= 1) || !(v is >= 0 and <= 1)) (q, v) = (0.5, 0.5);
            var r = (decision.Reward - options.LeastReward) / range;
            var score = v + decision.Weight * (r - q);
            lower.Add((score + k) / (k + 1));
            upper.Add((1 - score + k) / (k + 1));
            sum += score;
        }

        return Interval(
            options.LeastReward + range * sum / log.Length, lower.Value * (k + 1) - k, 1 - (upper.Value * (k + 1) - k), options);
    }

    private static ConfidenceInterval Interval(double estimate, double lower, double upper, OffPolicyOptions options)
    {
        var range = options.GreatestReward - options.LeastReward;
        lower = options.LeastReward + range * Math.Clamp(lower, 0, 1);
        upper = options.LeastReward + range * Math.Clamp(upper, 0, 1);
        return new ConfidenceInterval(estimate, Math.Min(lower, upper), Math.Max(lower, upper), options.Level);
    }

    /// <summary>The running lower bound for one direction.</summary>
    private struct Bound
    {
        private readonly double _logInverseAlpha;
        private readonly int _horizon;
        private double _count;
        private double _sum;
        private double _squares;
        private double _lambda;
        private double _weighted;
        private double _penalty;

        public Bound(int horizon, double level)
        {
            _logInverseAlpha = Math.Log(2 / (1 - level));
            _horizon = horizon;
        }

        public readonly double Value => (_weighted - _logInverseAlpha - _penalty) / _lambda;

        public void Add(double score)
        {
            // Everything on these lines comes from the past: a prior of one score of ½ with variance ¼.
            var expected = Math.Min((0.5 + _sum) / (_count + 1), 1);
            var variance = (0.25 + _squares) / (_count + 1);
            var lambda = Math.Min(Math.Sqrt(2 * _logInverseAlpha / (variance * _horizon)), LargestLambda);

            var deviation = score - expected;
            _weighted += lambda * score;
            _penalty += deviation * deviation * (-Math.Log(1 - lambda) - lambda);
            _lambda += lambda;
            _count++;
            _sum += score;
            _squares += deviation * deviation;
        }
    }
}
