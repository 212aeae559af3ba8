namespace Personalization.Algorithms.OffPolicy;

/// <summary>DR, doubly robust: (1/n) Σ v + w·(r − q). Unbiased if either the propensities or the model are right; the model takes the variance out of what it explains.</summary>
/// <remarks>Source: M. Dudík, J. Langford, L. Li, "Doubly robust policy evaluation and learning" (ICML 2011). The predictions must not have seen the row's reward: <see cref="PastOnlyCrossFitting"/>.</remarks>
public sealed class DoublyRobust : IOffPolicyEstimator
{
    /// <inheritdoc/>
    public string Name => "DR";

    /// <inheritdoc/>
    public bool UsesPropensities => true;

    /// <inheritdoc/>
    public bool UsesPredictions => true;

    /// <inheritdoc/>
    public void Contributions(ReadOnlySpan<LoggedDecision> log, Span<double> numerators, Span<double> denominators)
    {
        for (var i = 0; i < log.Length; i++)
            (numerators[i], denominators[i]) = (log[i].PredictedValue + log[i].Weight * (log[i].Reward - log[i].PredictedReward), 1);
    }
}
