namespace Personalization.Algorithms.OffPolicy;

/// <summary>DM, the direct method: the mean of the model's predictions v. No variance from weights, and all of the model's bias.</summary>
/// <remarks>Source: A. Beygelzimer, J. Langford, "The offset tree for learning with partial labels" (KDD 2009). The log cannot tell how wrong the model is, so it is never reported as trustworthy.</remarks>
public sealed class DirectMethod : IOffPolicyEstimator
{
    /// <inheritdoc/>
    public string Name => "DM";

    /// <inheritdoc/>
    public bool UsesPropensities => false;

    /// <inheritdoc/>
    public bool UsesPredictions => true;

    /// <inheritdoc/>
    public void Contributions(ReadOnlySpan<LoggedDecision> log, Span<double> numerators, Span<double> denominators)
    {
        for (var i = 0; i < log.Length; i++) (numerators[i], denominators[i]) = (log[i].PredictedValue, 1);
    }
}
