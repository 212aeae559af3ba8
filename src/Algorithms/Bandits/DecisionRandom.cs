using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits;

/// <summary>The generator that belongs to one decision, so that the decision can be made again exactly as it was.</summary>
public static class DecisionRandom
{
    /// <summary>A generator named by (policy seed, customer, decision): unrelated for any two different triples, no shared state, no clock.</summary>
    /// <param name="seed">The policy's seed.</param>
    /// <param name="customer">A hash of the customer's key.</param>
    /// <param name="decision">The decision's number or the hash of its id.</param>
    public static Xoshiro256 For(ulong seed, ulong customer, ulong decision) =>
        new(seed, FeatureHash.Finish(FeatureHash.Finish(customer + 0x9E3779B97F4A7C15) + decision));
}
