using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary><see cref="ThompsonSampling"/> over one posterior: linear or logistic Thompson sampling, by the posterior that it is given.</summary>
public sealed class ThompsonSamplingPolicy : IBanditPolicy
{
    private readonly IRewardPosterior _posterior;
    private readonly double _scale;

    /// <summary>A policy over a posterior.</summary>
    /// <param name="posterior">What is believed.</param>
    /// <param name="scale">What posterior deviations are multiplied by, &gt; 0: for a linear posterior the deviation of a reward around its mean (½ at most for rewards of 0 and 1), for a logistic one 1.</param>
    /// <param name="epsilon">ε.</param>
    public ThompsonSamplingPolicy(IRewardPosterior posterior, double scale = 1, double epsilon = 0.02)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        _posterior = posterior;
        _scale = Exploration.CheckedPositive(scale, nameof(scale));
        Epsilon = Exploration.CheckedEpsilon(epsilon);
    }

    /// <inheritdoc/>
    public string Name => _posterior is DiagonalLogisticPosterior or LogisticPosterior ? "logistic Thompson sampling" : "linear Thompson sampling";

    /// <inheritdoc/>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities) =>
        ThompsonSampling.Distribute(_posterior, actions, _scale, Epsilon, ref random, probabilities);
}
