using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits;

/// <summary>Turns what is believed of the actions into the distribution π that one of them is drawn from.</summary>
/// <remarks>
/// π is written down before the draw, and the draw is from π and nothing else (<see cref="Exploration.Draw"/>): so the propensity stored with a decision is exact, not an estimate, whatever the policy.
/// Every policy keeps, by one suite: Σπ = 1, π ≥ ε/K for every eligible action, the same π for the same seed, no allocation, nothing changed by choosing.
/// A policy is safe for use on several threads while nobody teaches its model.
/// </remarks>
public interface IBanditPolicy
{
    /// <summary>The field's name of the policy.</summary>
    string Name { get; }

    /// <summary>ε in [0, 1]: the share of choices made uniformly over all eligible actions.</summary>
    double Epsilon { get; }

    /// <summary>Writes π.</summary>
    /// <param name="actions">The eligible actions, K of them.</param>
    /// <param name="random">Drawn from by policies that sample a posterior; the others leave it alone.</param>
    /// <param name="probabilities">Takes π by position; at least K long.</param>
    void Distribute(in ActionSet actions, ref Xoshiro256 random, Span<double> probabilities);
}
