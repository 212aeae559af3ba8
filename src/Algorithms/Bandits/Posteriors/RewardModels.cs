using System.Numerics.Tensors;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Bandits.Posteriors;

/// <summary>What all reward models have in common: bounds, checks, and restoring one of unknown kind.</summary>
public static class RewardModels
{
    /// <summary>The largest d: a vector of it is 8 kB, which is kept on the stack.</summary>
    public const int MaximumDimension = 1024;

    /// <summary>The largest magnitude of a feature or a reward; beyond it squares would swamp everything else learned.</summary>
    public const double LargestValue = 1e9;

    /// <summary>Restores the model whose state comes next.</summary>
    /// <exception cref="InvalidStateException">The bytes are not the state of a reward model.</exception>
    public static IRewardModel Load(ref StateReader reader) => reader.PeekKind() switch
    {
        StateKind.LinearPosterior => LinearPosterior.Load(ref reader),
        StateKind.DiagonalLinearPosterior => DiagonalLinearPosterior.Load(ref reader),
        StateKind.LogisticPosterior => LogisticPosterior.Load(ref reader),
        StateKind.DiagonalLogisticPosterior => DiagonalLogisticPosterior.Load(ref reader),
        var kind => throw new InvalidStateException($"A state of kind {kind} is not a reward model."),
    };

    internal static int CheckedDimension(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, MaximumDimension);
        return dimension;
    }

    internal static int ReadDimension(ref StateReader reader)
    {
        var dimension = reader.ReadInt32();
        return dimension is >= 1 and <= MaximumDimension ? dimension : throw new InvalidStateException($"A dimension of {dimension} is out of range.");
    }

    internal static double ReadPositive(ref StateReader reader)
    {
        var value = reader.ReadDouble();
        return value > 0 && double.IsFinite(value) ? value : throw new InvalidStateException("A prior precision is positive and finite.");
    }

    internal static void CheckFeatures(ReadOnlySpan<double> features, int dimension)
    {
        if (features.Length != dimension) throw new ArgumentException($"{dimension} features were expected, {features.Length} given.", nameof(features));
        if (!InRange(features)) throw new ArgumentException("A feature is not a number within ±1e9.", nameof(features));
    }

    internal static void CheckReward(double reward)
    {
        if (!(Math.Abs(reward) <= LargestValue)) throw new ArgumentOutOfRangeException(nameof(reward), reward, "A reward is a number within ±1e9.");
    }

    // MaxMagnitude propagates NaN, and no comparison with NaN holds.
    internal static bool InRange(ReadOnlySpan<double> features) => TensorPrimitives.MaxMagnitude(features) is >= -LargestValue and <= LargestValue;

    internal static void CheckUnitReward(double reward)
    {
        if (!(reward is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(reward), reward, "A reward of a logistic model lies in [0, 1].");
    }
}
