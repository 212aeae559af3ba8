using System.Numerics.Tensors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>Bayesian logistic regression with a full Laplace posterior N(m, P⁻¹), one reward at a time.</summary>
/// <remarks>
/// Sources: D. J. Spiegelhalter, S. L. Lauritzen, "Sequential updating of conditional probabilities on directed graphical structures" (1990); O. Chapelle, L. Li (2011). Each reward moves the mean to the mode of belief times
/// likelihood, exactly (<see cref="LogisticLaplace"/>), and adds p(1−p)·xxᵀ at the mode to the precision, which is kept as its Cholesky factor. Learned at the reward; merging is not promised.
/// O(d²) a reward, variance or sample; d(d+1)/2 + d doubles.
/// </remarks>
public sealed class LogisticPosterior : IRewardModel, IHasCovariance
{
    private readonly double[] _mean;
    private readonly double[] _factor;
    private double[]? _covariance;

    /// <summary>The prior N(0, I/λ).</summary>
    /// <param name="dimension">d, 1 to 1,024.</param>
    /// <param name="priorPrecision">λ &gt; 0.</param>
    public LogisticPosterior(int dimension, double priorPrecision = 1)
    {
        _mean = new double[RewardModels.CheckedDimension(dimension)];
        _factor = new double[PackedCholesky.Length(dimension)];
        PackedCholesky.Identity(_factor, dimension, Exploration.CheckedPositive(priorPrecision, nameof(priorPrecision)));
    }

    /// <summary>The prior N(m₀, I/λ): a mean other than 0, such as a known base rate in the intercept, so that what is new is not believed to succeed half the time.</summary>
    /// <param name="dimension">d, 1 to 1,024.</param>
    /// <param name="priorPrecision">λ &gt; 0.</param>
    /// <param name="priorMean">m₀, d finite numbers.</param>
    /// <exception cref="ArgumentException">The length is wrong or a number is out of range.</exception>
    public LogisticPosterior(int dimension, double priorPrecision, ReadOnlySpan<double> priorMean)
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

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features) => TensorPrimitives.Dot(features, _mean);

    /// <inheritdoc/>
    public double ScoreVariance(ReadOnlySpan<double> features)
    {
        Span<double> y = stackalloc double[Dimension];
        features.CopyTo(y);
        PackedCholesky.SolveLower(_factor, y);
        return TensorPrimitives.SumOfSquares<double>(y);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<double> Covariance => _covariance ??= PackedCholesky.Inverse(_factor, Dimension);

    /// <inheritdoc/>
    public double Reward(double score) => Logistic.Sigmoid(score);

    /// <inheritdoc/>
    public void Sample(ref Xoshiro256 random, double scale, scoped Span<double> coefficients)
    {
        var draw = coefficients[..Dimension];
        for (var i = 0; i < draw.Length; i++) draw[i] = scale * random.NextGaussian();
        PackedCholesky.SolveUpper(_factor, draw);
        TensorPrimitives.Add(draw, _mean, draw);
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

        // u = P⁻¹x by two triangular solves; the first gives the variance on the way.
        Span<double> u = stackalloc double[Dimension];
        features.CopyTo(u);
        PackedCholesky.SolveLower(_factor, u);
        var variance = TensorPrimitives.SumOfSquares<double>(u);
        PackedCholesky.SolveUpper(_factor, u);
        var (alpha, curvature) = LogisticLaplace.Step(Score(features), variance, reward);
        TensorPrimitives.MultiplyAdd(u, alpha, _mean, _mean);
        TensorPrimitives.Multiply(features, Math.Sqrt(curvature), u);
        PackedCholesky.Update(_factor, u);
        _covariance = null;
        Rewards++;
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + 4 + 2 * sizeof(long) + (_factor.Length + Dimension) * sizeof(double);

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.LogisticPosterior, 1);
        writer.Write(Dimension);
        writer.Write(Decisions);
        writer.Write(Rewards);
        writer.Write(_mean);
        writer.Write(_factor);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static LogisticPosterior Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.LogisticPosterior, 1);
        var posterior = new LogisticPosterior(RewardModels.ReadDimension(ref reader)) { Decisions = reader.ReadInt64(), Rewards = reader.ReadInt64() };
        reader.ReadDoubles(posterior._mean);
        reader.ReadDoubles(posterior._factor);
        return posterior;
    }
}
