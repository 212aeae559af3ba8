using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>Boltzmann exploration: π = (1−ε)·exp(s/τ)/Σexp(s/τ) + ε/K with s the expected reward times its worth.</summary>
/// <remarks>Source: R. S. Sutton, A. G. Barto, "Reinforcement learning" (2018), 2.8. It explores by gap and not by uncertainty; a fixed τ has linear regret (N. Cesa-Bianchi et al., "Boltzmann exploration done right", 2017).</remarks>
public sealed class SoftmaxPolicy : IBanditPolicy
{
    private readonly IRewardPosterior _posterior;
    private readonly double _temperature;

    /// <summary>A policy over a posterior.</summary>
    /// <param name="posterior">What is believed.</param>
    /// <param name="temperature">τ &gt; 0, in units of reward times worth.</param>
    /// <param name="epsilon">ε.</param>
    public SoftmaxPolicy(IRewardPosterior posterior, double temperature = 0.1, double epsilon = 0)
    {
        ArgumentNullException.ThrowIfNull(posterior);
        _posterior = posterior;
        _temperature = Exploration.CheckedPositive(temperature, nameof(temperature));
        Epsilon = Exploration.CheckedEpsilon(epsilon);
    }

    /// <inheritdoc/>
    public string Name => "softmax";

    /// <inheritdoc/>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities)
    {
        var scores = probabilities[..actions.Count];
        GreedyScores.Expected(_posterior, actions, scores);
        Exploration.Softmax(scores, _temperature, Epsilon);
    }
}
