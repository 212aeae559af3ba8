namespace Personalization.Algorithms.OffPolicy;

/// <summary>IPS, inverse propensity scoring: (1/n) Σ w·r. Unbiased if the propensities are right; its variance grows with the weights.</summary>
/// <remarks>Source: D. G. Horvitz, D. J. Thompson, "A generalization of sampling without replacement from a finite universe" (JASA 1952). Also called IPW.</remarks>
public sealed class InversePropensityScoring : IOffPolicyEstimator
{
    /// <inheritdoc/>
    public string Name => "IPS";

    /// <inheritdoc/>
    public bool UsesPropensities => true;

    /// <inheritdoc/>
    public bool UsesPredictions => false;

    /// <inheritdoc/>
    public void Contributions(ReadOnlySpan<LoggedDecision> log, Span<double> numerators, Span<double> denominators)
    {
        for (var i = 0; i < log.Length; i++) (numerators[i], denominators[i]) = (log[i].Weight * log[i].Reward, 1);
    }
}
