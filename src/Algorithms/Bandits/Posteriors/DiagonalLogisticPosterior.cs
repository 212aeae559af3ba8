using System.Numerics.Tensors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>Bayesian logistic regression with a diagonal Laplace posterior, one reward at a time.</summary>
/// <remarks>
/// Source: O. Chapelle, L. Li, "An empirical evaluation of Thompson sampling" (NIPS 2011), algorithm 3 with batches of one: the new mean is the mode of N(m, diag(1/q)) times the likelihood, found exactly by
/// <see cref="LogisticLaplace"/>, then qᵢ ← qᵢ + xᵢ²·p(1−p). Learned at the reward, nothing at the decision; sequential, so it depends on the order a little and merging is not promised. O(d), 2d doubles.
/// </remarks>
public sealed class DiagonalLogisticPosterior : IRewardModel
{
    private readonly double[] _mean;
    private readonly double[] _precision;

    /// <summary>The prior N(0, I/λ).</summary>
    /// <param name="dimension">d, 1 to 1,024.</param>
    /// <param name="priorPrecision">λ &gt; 0.</param>
    public DiagonalLogisticPosterior(int dimension, double priorPrecision = 1)
    {
        _mean = new double[RewardModels.CheckedDimension(dimension)];
        _precision = new double[dimension];
        _precision.AsSpan().Fill(Exploration.CheckedPositive(priorPrecision, nameof(priorPrecision)));
    }

    /// <summary>The prior N(m₀, I/λ): a mean other than 0, such as a known base rate in the intercept, so that what is new is not believed to succeed half the time.</summary>
    /// <param name="dimension">d, 1 to 1,024.</param>
    /// <param name="priorPrecision">λ &gt; 0.</param>
    /// <param name="priorMean">m₀, d finite numbers.</param>
    /// <exception cref="ArgumentException">The length is wrong or a number is out of range.</exception>
    public DiagonalLogisticPosterior(int dimension, double priorPrecision, ReadOnlySpan<double> priorMean)
        : this(dimension, priorPrecision)
    {
        RewardModels.CheckFeatures(priorMean, dimension);
        priorMean.CopyTo(_mean);
    }

    /// <inheritdoc/>
    public int Dimension => _mean.Length;

    /// <inheritdoc/>
    public long Decisions { get; private set; }

    /// <inheritdoc/>
    public long Rewards { get; private set; }

    /// <summary>E[θ], the mode.</summary>
    public ReadOnlySpan<double> Mean => _mean;

    /// <summary>q.</summary>
    public ReadOnlySpan<double> Precision => _precision;

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features) => TensorPrimitives.Dot(features, _mean);

    /// <inheritdoc/>
    public double ScoreVariance(ReadOnlySpan<double> features)
    {
        var variance = 0.0;
        for (var i = 0; i < _precision.Length; i++) variance += features[i] * features[i] / _precision[i];
        return variance;
    }

    /// <inheritdoc/>
    public double Reward(double score) => Logistic.Sigmoid(score);

    /// <inheritdoc/>
    public void Sample(ref Xoshiro256 random, double scale, scoped Span<double> coefficients)
    {
        for (var i = 0; i < _mean.Length; i++) coefficients[i] = _mean[i] + scale * random.NextGaussian() / Math.Sqrt(_precision[i]);
    }

    /// <inheritdoc/>
    public void RecordDecision(ReadOnlySpan<double> features)
    {
        RewardModels.CheckFeatures(features, Dimension);
        Decisions++;
    }

    /// <inheritdoc/>
    public void RecordReward(ReadOnlySpan<double> features, double reward)
    {
        RewardModels.CheckFeatures(features, Dimension);
        RewardModels.CheckUnitReward(reward);
        var (alpha, curvature) = LogisticLaplace.Step(Score(features), ScoreVariance(features), reward);
        for (var i = 0; i < _mean.Length; i++)
        {
            _mean[i] += alpha * features[i] / _precision[i];
            _precision[i] += curvature * features[i] * features[i];
        }

        Rewards++;
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + 4 + 2 * sizeof(long) + 2 * Dimension * sizeof(double);

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.DiagonalLogisticPosterior, 1);
        writer.Write(Dimension);
        writer.Write(Decisions);
        writer.Write(Rewards);
        writer.Write(_mean);
        writer.Write(_precision);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static DiagonalLogisticPosterior Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.DiagonalLogisticPosterior, 1);
        var posterior = new DiagonalLogisticPosterior(RewardModels.ReadDimension(ref reader)) { Decisions = reader.ReadInt64(), Rewards = reader.ReadInt64() };
        reader.ReadDoubles(posterior._mean);
        reader.ReadDoubles(posterior._precision);
        return posterior;
    }
}
