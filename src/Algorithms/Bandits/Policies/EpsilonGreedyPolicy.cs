using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>The best by the posterior mean with probability 1 − ε, any action with ε: π = (1−ε)·1[best]/|best| + ε/K.</summary>
/// <remarks>Source: R. S. Sutton, A. G. Barto, "Reinforcement learning" (2018), 2.4. With ε fixed, regret grows linearly at ε times the mean gap; with ε = 1/t it is logarithmic.</remarks>
public sealed class EpsilonGreedyPolicy : IBanditPolicy
{
    private readonly IRewardPosterior _posterior;

    /// <summary>A policy over a posterior.</summary>
    public EpsilonGreedyPolicy(IRewardPosterior posterior, double epsilon = 0.1)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        _posterior = posterior;
        Epsilon = Exploration.CheckedEpsilon(epsilon);
    }

    /// <inheritdoc/>
    public string Name => "ε-greedy";

    /// <inheritdoc/>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities)
    {
        var scores = probabilities[..actions.Count];
        GreedyScores.Expected(_posterior, actions, scores);
        Exploration.EpsilonGreedy(scores, Epsilon);
    }
}
