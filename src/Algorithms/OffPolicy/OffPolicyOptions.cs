namespace Personalization.Algorithms.OffPolicy;

/// <summary>How intervals are made and when an estimate is believed.</summary>
public sealed record OffPolicyOptions
{
    /// <summary>The nominal coverage of the intervals, in (0, 1). Default .95.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Bootstrap replicates, ≥ 100. Default 1,000.</summary>
    public int Replicates { get; init; } = 1_000;

    /// <summary>Names the bootstrap's draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The least possible reward. Default 0.</summary>
    public double LeastReward { get; init; }

    /// <summary>The greatest possible reward, above the least. Default 1. A reward outside the range means that there is no martingale interval.</summary>
    public double GreatestReward { get; init; } = 1;

    /// <summary>
    /// A bound on every possible weight that was known before the log was written, such as K/ε for a policy that explores with ε/K: it gives DR its martingale interval. Default: none known.
    /// </summary>
    public double? KnownWeightBound { get; init; }

    /// <summary>The effective sample below which nothing is believed. Default 100.</summary>
    public double LeastEffectiveSample { get; init; } = 100;

    /// <summary>The share of the log that the effective sample must reach. Default .01.</summary>
    public double LeastEffectiveShare { get; init; } = 0.01;

    /// <summary>The share of all weight that one decision may carry. Default .1.</summary>
    public double LargestShare { get; init; } = 0.1;

    internal void Validate()
    {
        if (!(Level is > 0 and < 1)) throw new ArgumentException("A confidence level lies strictly between 0 and 1.");
        if (Replicates < 100) throw new ArgumentException("A bootstrap needs 100 replicates at least.");
        if (!(LeastReward < GreatestReward) || !double.IsFinite(GreatestReward - LeastReward)) throw new ArgumentException("The least reward lies below the greatest, both finite.");
        if (KnownWeightBound is { } bound && !(bound >= 1 && double.IsFinite(bound))) throw new ArgumentException("A bound on weights whose mean is 1 is at least 1.");
    }
}
