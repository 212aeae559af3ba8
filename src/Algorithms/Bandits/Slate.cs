using System.Buffers;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits;

/// <summary>Fills several slots, one after another, each without the actions above it.</summary>
/// <remarks>
/// The propensity of a slot is conditional on the slots above, π(aₛ | a₁ … aₛ₋₁), from the policy over what is left; the slate's is their product.
/// Working space comes from the stack up to 256 actions and from the shared pool above: nothing is allocated in the steady state.
/// </remarks>
public static class Slate
{
    private const int LongestOnStack = 256;

    /// <summary>Chooses an action for every slot.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="actions">All actions, at least as many as slots.</param>
    /// <param name="random">The decision's generator.</param>
    /// <param name="chosen">Takes the row chosen in each slot; its length is the number of slots.</param>
    /// <param name="propensities">Takes the conditional propensity of each slot.</param>
    /// <returns>The slate's propensity, the product.</returns>
    /// <exception cref="ArgumentException">There are more slots than actions, or the spans differ in length.</exception>
    public static double Choose(IBanditPolicy policy, in ActionSet actions, ref Xoshiro256 random, Span<int> chosen, Span<double> propensities)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (chosen.Length > actions.Count) throw new ArgumentException($"{chosen.Length} slots cannot be filled from {actions.Count} actions.", nameof(chosen));
        if (propensities.Length != chosen.Length) throw new ArgumentException("Every slot has one propensity.", nameof(propensities));

        var count = actions.Count;
        var rentedRows = count > LongestOnStack ? ArrayPool<int>.Shared.Rent(count) : null;
        var rentedProbabilities = count > LongestOnStack ? ArrayPool<double>.Shared.Rent(count) : null;
        Span<int> left = rentedRows ?? stackalloc int[LongestOnStack];
        Span<double> probabilities = rentedProbabilities ?? stackalloc double[LongestOnStack];
        for (var i = 0; i < count; i++) left[i] = actions.Row(i);

        var product = 1.0;
        for (var slot = 0; slot < chosen.Length; slot++)
        {
            var remaining = count - slot;
            policy.Distribute(actions.Only(left[..remaining]), ref random, probabilities[..remaining]);
            var position = Exploration.Draw(probabilities[..remaining], ref random);
            chosen[slot] = left[position];
            propensities[slot] = probabilities[position];
            product *= probabilities[position];

            // Order is kept, so that ties by position are decided alike in every slot.
            left[(position + 1)..remaining].CopyTo(left[position..]);
        }

        if (rentedRows is not null) ArrayPool<int>.Shared.Return(rentedRows);
        if (rentedProbabilities is not null) ArrayPool<double>.Shared.Return(rentedProbabilities);
        return product;
    }
}
