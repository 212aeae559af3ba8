namespace Personalization.Algorithms.Recommendation.Mixing;

/// <summary>Parameters of <see cref="RecommendationMix"/>.</summary>
public sealed record MixOptions
{
    /// <summary>How many candidates each source contributes. 1–1,000, default 100. Cost grows with it.</summary>
    public int CandidatesPerSource { get; init; } = 100;

    /// <summary>Step size of AdaGrad. Default 0.1.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Strength of the pull towards the starting weights, per example. Default 1e-4.</summary>
    public double Regularization { get; init; } = 1e-4;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(CandidatesPerSource, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CandidatesPerSource, 1_000);
        if (!(LearningRate > 0 && double.IsFinite(LearningRate))) throw new ArgumentOutOfRangeException(nameof(LearningRate));
        if (!(Regularization >= 0 && double.IsFinite(Regularization))) throw new ArgumentOutOfRangeException(nameof(Regularization));
    }
}
