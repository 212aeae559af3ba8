namespace Personalization.Algorithms.OffPolicy;

/// <summary>SNIPS, self-normalised IPS: Σ w·r / Σ w. A little biased, stays in the range of the rewards, usually of far smaller variance.</summary>
/// <remarks>Source: A. Swaminathan, T. Joachims, "The self-normalized estimator for counterfactual learning" (NIPS 2015). Without any positive weight it is NaN.</remarks>
public sealed class SelfNormalizedInversePropensityScoring : IOffPolicyEstimator
{
    /// <inheritdoc/>
    public string Name => "SNIPS";

    /// <inheritdoc/>
    public bool UsesPropensities => true;

    /// <inheritdoc/>
    public bool UsesPredictions => false;

    /// <inheritdoc/>
    public void Contributions(ReadOnlySpan<LoggedDecision> log, Span<double> numerators, Span<double> denominators)
    {
        for (var i = 0; i < log.Length; i++) (numerators[i], denominators[i]) = (log[i].Weight * log[i].Reward, log[i].Weight);
    }
}
