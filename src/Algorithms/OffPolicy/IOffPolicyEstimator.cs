namespace Personalization.Algorithms.OffPolicy;

/// <summary>Estimates, from the log of one policy, the mean reward that another would have earned.</summary>
/// <remarks>Every estimator is a ratio of two means over the log, Σ numerator / Σ denominator, which is what one bootstrap for all of them needs.</remarks>
public interface IOffPolicyEstimator
{
    /// <summary>The field's name: DM, IPS, SNIPS, DR, DRos.</summary>
    string Name { get; }

    /// <summary>Whether it weighs by propensities, and so stands or falls with the overlap of the two policies.</summary>
    bool UsesPropensities { get; }

    /// <summary>Whether it reads the predictions.</summary>
    bool UsesPredictions { get; }

    /// <summary>Writes each decision's numerator and denominator.</summary>
    /// <param name="log">A checked log.</param>
    /// <param name="numerators">As long as the log.</param>
    /// <param name="denominators">As long as the log.</param>
    void Contributions(ReadOnlySpan<LoggedDecision> log, Span<double> numerators, Span<double> denominators);
}
