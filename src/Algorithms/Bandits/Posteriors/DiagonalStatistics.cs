using System.Numerics.Tensors;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>Additive natural parameters with a diagonal precision: what one customer's decisions say of the coefficients.</summary>
/// <remarks>
/// <para>
/// Precision Λᵢ = Σ c·|xᵢ|·‖x‖₁ and response bᵢ = Σ (r − r₀)·xᵢ, 2d doubles. Both are sums over decisions and rewards, so shards merge by addition, in any order.
/// </para>
/// <para>
/// Why |xᵢ|·‖x‖₁ and not xᵢ². The plain diagonal of xxᵀ forgets that the features of one row explain one reward together: with m features that are always on, each is credited with the whole reward, and the
/// prediction is m times too large. |xᵢ|·‖x‖₁ is the smallest such diagonal that majorises xxᵀ by Cauchy–Schwarz, (Σxᵢvᵢ)² ≤ ‖x‖₁·Σ|xᵢ|vᵢ² (the separable surrogate of A. De Pierro, 1995): those m features then share the
/// reward, mean and prediction variance come out right, and a one-hot x is as before.
/// </para>
/// <para>
/// r₀ is what the shared prior predicted when the decision was made (it is in the decision's record): the statistics then speak of this customer's <em>deviation</em>, and the
/// prior's part of the reward is explained by the prior's own coefficients, correlations included. c is the curvature of the loss: 1 for a linear model, p(1−p) at the prior's p for a logistic one.
/// </para>
/// </remarks>
public sealed class DiagonalStatistics : IStateful
{
    private readonly double[] _precision;
    private readonly double[] _response;

    /// <summary>Nothing known.</summary>
    /// <param name="dimension">d; a customer's own model keeps it ≤ 64 (1 kB).</param>
    public DiagonalStatistics(int dimension)
    {
        RewardModels.CheckedDimension(dimension);
        _precision = new double[dimension];
        _response = new double[dimension];
    }

    /// <summary>d.</summary>
    public int Dimension => _precision.Length;

    /// <summary>Λ.</summary>
    public ReadOnlySpan<double> Precision => _precision;

    /// <summary>b.</summary>
    public ReadOnlySpan<double> Response => _response;

    /// <summary>Decisions recorded.</summary>
    public long Decisions { get; private set; }

    /// <summary>Rewards recorded.</summary>
    public long Rewards { get; private set; }

    /// <summary>Records a decision.</summary>
    /// <param name="features">The chosen action's features.</param>
    /// <param name="curvature">c in (0, 1].</param>
    public void RecordDecision(ReadOnlySpan<double> features, double curvature = 1)
    {
        RewardModels.CheckFeatures(features, Dimension);
        if (!(curvature is > 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(curvature), curvature, "A curvature lies in (0, 1].");
        var norm = curvature * TensorPrimitives.SumOfMagnitudes(features);
        for (var i = 0; i < features.Length; i++) _precision[i] += norm * Math.Abs(features[i]);
        Decisions++;
    }

    /// <summary>Records the reward of a recorded decision.</summary>
    /// <param name="features">The chosen action's features.</param>
    /// <param name="reward">r.</param>
    /// <param name="priorPrediction">r₀, the shared prior's expected reward at the decision; 0 where there is no prior but zero.</param>
    public void RecordReward(ReadOnlySpan<double> features, double reward, double priorPrediction = 0)
    {
        RewardModels.CheckFeatures(features, Dimension);
        RewardModels.CheckReward(reward);
        RewardModels.CheckReward(priorPrediction);
        TensorPrimitives.MultiplyAdd(features, reward - priorPrediction, _response, _response);
        Rewards++;
    }

    /// <summary>Adds another shard's statistics.</summary>
    /// <exception cref="ArgumentException">The dimensions differ.</exception>
    public void Merge(DiagonalStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Dimension != Dimension) throw new ArgumentException("Only statistics of one dimension merge.", nameof(other));
        TensorPrimitives.Add(_precision, other._precision, _precision);
        TensorPrimitives.Add(_response, other._response, _response);
        Decisions += other.Decisions;
        Rewards += other.Rewards;
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + 4 + 2 * sizeof(long) + 2 * Dimension * sizeof(double);

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.DiagonalStatistics, 1);
        writer.Write(Dimension);
        writer.Write(Decisions);
        writer.Write(Rewards);
        writer.Write(_precision);
        writer.Write(_response);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static DiagonalStatistics Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.DiagonalStatistics, 1);
        var statistics = new DiagonalStatistics(RewardModels.ReadDimension(ref reader)) { Decisions = reader.ReadInt64(), Rewards = reader.ReadInt64() };
        reader.ReadDoubles(statistics._precision);
        reader.ReadDoubles(statistics._response);
        return statistics;
    }
}
