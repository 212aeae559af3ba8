using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>A linear posterior from <see cref="DiagonalStatistics"/> and the prior N(0, I/λ): mean bᵢ/(λ + Λᵢ), variance 1/(λ + Λᵢ).</summary>
/// <remarks>
/// Exact for one-hot features; for others the shared part of correlated features is split evenly among them, which is an approximation: where they matter and d allows, take <see cref="LinearPosterior"/>.
/// O(d) for everything, 2d doubles.
/// </remarks>
public sealed class DiagonalLinearPosterior : IRewardModel
{
    private readonly double _lambda;

    /// <summary>The prior alone, or the prior with what is known already.</summary>
    /// <param name="dimension">d.</param>
    /// <param name="priorPrecision">λ &gt; 0.</param>
    public DiagonalLinearPosterior(int dimension, double priorPrecision = 1)
        : this(new DiagonalStatistics(dimension), priorPrecision) { }

    private DiagonalLinearPosterior(DiagonalStatistics statistics, double priorPrecision)
    {
        Statistics = statistics;
        _lambda = Exploration.CheckedPositive(priorPrecision, nameof(priorPrecision));
    }

    /// <summary>The sums.</summary>
    public DiagonalStatistics Statistics { get; }

    /// <inheritdoc/>
    public int Dimension => Statistics.Dimension;

    /// <inheritdoc/>
    public long Decisions => Statistics.Decisions;

    /// <inheritdoc/>
    public long Rewards => Statistics.Rewards;

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features)
    {
        var precision = Statistics.Precision;
        var response = Statistics.Response;
        var score = 0.0;
        for (var i = 0; i < precision.Length; i++) score += features[i] * (response[i] / (_lambda + precision[i]));
        return score;
    }

    /// <inheritdoc/>
    public double ScoreVariance(ReadOnlySpan<double> features)
    {
        var precision = Statistics.Precision;
        var variance = 0.0;
        for (var i = 0; i < precision.Length; i++) variance += features[i] * features[i] / (_lambda + precision[i]);
        return variance;
    }

    /// <inheritdoc/>
    public double Reward(double score) => score;

    /// <inheritdoc/>
    public void Sample(ref Xoshiro256 random, double scale, scoped Span<double> coefficients)
    {
        var precision = Statistics.Precision;
        var response = Statistics.Response;
        for (var i = 0; i < precision.Length; i++)
        {
            var total = _lambda + precision[i];
            coefficients[i] = response[i] / total + scale * random.NextGaussian() / Math.Sqrt(total);
        }
    }

    /// <inheritdoc/>
    public void RecordDecision(ReadOnlySpan<double> features) => Statistics.RecordDecision(features);

    /// <inheritdoc/>
    public void RecordReward(ReadOnlySpan<double> features, double reward) => Statistics.RecordReward(features, reward);

    /// <summary>Adds another shard's statistics.</summary>
    /// <exception cref="ArgumentException">The dimensions or priors differ.</exception>
    public void Merge(DiagonalLinearPosterior other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._lambda != _lambda) throw new ArgumentException("Only posteriors of one prior merge.", nameof(other));
        Statistics.Merge(other.Statistics);
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + sizeof(double) + Statistics.StateSize;

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.DiagonalLinearPosterior, 1);
        writer.Write(_lambda);
        Statistics.Save(ref writer);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static DiagonalLinearPosterior Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.DiagonalLinearPosterior, 1);
        var lambda = RewardModels.ReadPositive(ref reader);
        return new DiagonalLinearPosterior(DiagonalStatistics.Load(ref reader), lambda);
    }
}
