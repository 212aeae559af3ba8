using System.Numerics.Tensors;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>Bayesian linear regression with its full covariance: θ ~ N(A⁻¹b, A⁻¹), A = λI + Σxxᵀ, b = Σ r·x.</summary>
/// <remarks>
/// <para>
/// Source: C. M. Bishop, "Pattern recognition and machine learning" (2006), 3.3; the form that LinUCB and linear Thompson sampling share. The covariance is in units of the reward's noise variance, which the
/// policies' scale stands for. The statistics (Σxxᵀ, Σr·x) are sums: shards merge by addition, to the bit where the sums are exact in a double, else to rounding.
/// </para>
/// <para>
/// Between decision and reward, x is in A and r·x not yet in b, as if the reward were 0: the belief is low for a while, and unbiased when all rewards are in.
/// Cost: O(d²) a decision and a reward (rank-one update and two triangular solves), O(d²) a variance or sample, O(d) a score; d(d+1) + 2d doubles.
/// </para>
/// <para>Worked example: λ = 1, one decision with x = (1, 0) and reward 1: A = diag(2, 1), b = (1, 0), mean (½, 0), variance of (1, 0) is ½.</para>
/// </remarks>
public sealed class LinearPosterior : IRewardModel, IHasCovariance
{
    private readonly double _lambda;
    private readonly double[] _moments;
    private readonly double[] _responses;
    private readonly double[] _factor;
    private readonly double[] _mean;
    private double[]? _covariance;

    /// <summary>The prior N(0, I/λ).</summary>
    /// <param name="dimension">d, 1 to 1,024.</param>
    /// <param name="priorPrecision">λ &gt; 0.</param>
    public LinearPosterior(int dimension, double priorPrecision = 1)
    {
        Dimension = RewardModels.CheckedDimension(dimension);
        _lambda = Exploration.CheckedPositive(priorPrecision, nameof(priorPrecision));
        _moments = new double[PackedCholesky.Length(dimension)];
        _factor = new double[_moments.Length];
        _responses = new double[dimension];
        _mean = new double[dimension];
        PackedCholesky.Identity(_factor, dimension, _lambda);
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <inheritdoc/>
    public long Decisions { get; private set; }

    /// <inheritdoc/>
    public long Rewards { get; private set; }

    /// <summary>E[θ].</summary>
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
    public double Reward(double score) => score;

    /// <inheritdoc/>
    public void Sample(ref Xoshiro256 random, double scale, scoped Span<double> coefficients)
    {
        // A = LLᵀ, so L⁻ᵀz has covariance A⁻¹.
        var draw = coefficients[..Dimension];
        for (var i = 0; i < draw.Length; i++) draw[i] = scale * random.NextGaussian();
        PackedCholesky.SolveUpper(_factor, draw);
        TensorPrimitives.Add(draw, _mean, draw);
    }

    /// <inheritdoc/>
    public void RecordDecision(ReadOnlySpan<double> features)
    {
        RewardModels.CheckFeatures(features, Dimension);
        for (var i = 0; i < Dimension; i++)
        {
            if (features[i] == 0) continue;
            var row = _moments.AsSpan(PackedCholesky.Row(i), i + 1);
            TensorPrimitives.MultiplyAdd(features[..(i + 1)], features[i], row, row);
        }

        Span<double> x = stackalloc double[Dimension];
        features.CopyTo(x);
        PackedCholesky.Update(_factor, x);
        _covariance = null;
        Decisions++;
        SolveMean();
    }

    /// <inheritdoc/>
    public void RecordReward(ReadOnlySpan<double> features, double reward)
    {
        RewardModels.CheckFeatures(features, Dimension);
        RewardModels.CheckReward(reward);
        TensorPrimitives.MultiplyAdd(features, reward, _responses, _responses);
        Rewards++;
        SolveMean();
    }

    /// <summary>Adds another shard's statistics, as if this one had seen both.</summary>
    /// <exception cref="ArgumentException">The dimensions or priors differ.</exception>
    public void Merge(LinearPosterior other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimension != Dimension || other._lambda != _lambda) throw new ArgumentException("Only posteriors of one dimension and prior merge.", nameof(other));
        TensorPrimitives.Add(_moments, other._moments, _moments);
        TensorPrimitives.Add(_responses, other._responses, _responses);
        Decisions += other.Decisions;
        Rewards += other.Rewards;
        Refactor();
    }

    /// <summary>Recomputes factor and mean from the statistics, O(d³): after it the state depends on the statistics alone, not on the order they came in.</summary>
    public void Refactor()
    {
        PackedCholesky.Decompose(_moments, _lambda, Dimension, _factor);
        _covariance = null;
        SolveMean();
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + 4 + sizeof(double) + 2 * sizeof(long) + (2 * _moments.Length + 2 * Dimension) * sizeof(double);

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.LinearPosterior, 1);
        writer.Write(Dimension);
        writer.Write(_lambda);
        writer.Write(Decisions);
        writer.Write(Rewards);
        writer.Write(_moments);
        writer.Write(_responses);

        // The factor was updated step by step: recomputing it would differ in the last bits.
        writer.Write(_factor);
        writer.Write(_mean);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static LinearPosterior Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.LinearPosterior, 1);
        var posterior = new LinearPosterior(RewardModels.ReadDimension(ref reader), RewardModels.ReadPositive(ref reader))
        {
            Decisions = reader.ReadInt64(),
            Rewards = reader.ReadInt64(),
        };
        reader.ReadDoubles(posterior._moments);
        reader.ReadDoubles(posterior._responses);
        reader.ReadDoubles(posterior._factor);
        reader.ReadDoubles(posterior._mean);
        return posterior;
    }

    private void SolveMean()
    {
        _responses.CopyTo(_mean, 0);
        PackedCholesky.SolveLower(_factor, _mean);
        PackedCholesky.SolveUpper(_factor, _mean);
    }
}
