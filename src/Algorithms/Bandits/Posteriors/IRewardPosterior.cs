using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>A Gaussian belief over the coefficients θ of a score x·θ, and the link from score to expected reward.</summary>
/// <remarks>Reading changes nothing and allocates nothing. Vectors have <see cref="Dimension"/> finite numbers.</remarks>
public interface IRewardPosterior
{
    /// <summary>d, at most <see cref="RewardModels.MaximumDimension"/>.</summary>
    int Dimension { get; }

    /// <summary>x·E[θ].</summary>
    double Score(ReadOnlySpan<double> features);

    /// <summary>xᵀ Cov[θ] x, in units of the reward's noise for a linear model.</summary>
    double ScoreVariance(ReadOnlySpan<double> features);

    /// <summary>The expected reward at a score: the score itself, or σ(score).</summary>
    double Reward(double score);

    /// <summary>Writes θ = E[θ] + scale · (a draw of N(0, Cov[θ])).</summary>
    void Sample(ref Xoshiro256 random, double scale, scoped Span<double> coefficients);
}
