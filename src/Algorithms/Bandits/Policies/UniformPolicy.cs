using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Policies;

/// <summary>Every eligible action with the same probability: the policy whose logs evaluate all others best. Regret grows linearly.</summary>
public sealed class UniformPolicy : IBanditPolicy
{
    /// <inheritdoc/>
    public string Name => "uniform";

    /// <inheritdoc/>
    public double Epsilon => 1;

    /// <inheritdoc/>
    public void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities) => Exploration.Uniform(probabilities[..actions.Count]);
}
