using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>Optimism: the action with the highest upper confidence bound x·θ̂ + α√(xᵀA⁻¹x), A = λI + Σxxᵀ.</summary>
/// <remarks>
/// Source: L. Li, W. Chu, J. Langford, R. E. Schapire, "A contextual-bandit approach to personalized news article recommendation" (WWW 2010). Regret Õ(d√T) (Y. Abbasi-Yadkori et al., 2011).
/// The choice itself is deterministic; ε &gt; 0 makes its logs usable off-policy, with ε = 0 the propensity is 1 and no estimator can use them.
/// </remarks>
public sealed class LinUcbPolicy : IBanditPolicy
{
    private readonly IRewardPosterior _posterior;
    private readonly double _alpha;

    /// <summary>A policy over a posterior.</summary>
    /// <param name="posterior">What is believed.</param>
    /// <param name="alpha">α &gt; 0, in standard deviations of the reward's noise, so in the unit of reward where that is not 1; 1 + √(ln(2/δ)/2) gives bounds that hold with probability 1 − δ (2.36 for .05 is 1 + 1.36).</param>
    /// <param name="epsilon">ε.</param>
    public LinUcbPolicy(IRewardPosterior posterior, double alpha = 1, double epsilon = 0)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        _posterior = posterior;
        _alpha = Exploration.CheckedPositive(alpha, nameof(alpha));
        Epsilon = Exploration.CheckedEpsilon(epsilon);
    }

    /// <inheritdoc/>
    public string Name => "LinUCB";

    /// <inheritdoc/>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities)
    {
        var scores = probabilities[..actions.Count];
        GreedyScores.Optimistic(_posterior, actions, _alpha, scores);
        Exploration.EpsilonGreedy(scores, Epsilon);
    }
}
