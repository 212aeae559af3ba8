using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Linear;

/// <summary>Linear regression learned one event at a time: E[y | x] = w₀ + Σ wᵢxᵢ, squared loss.</summary>
/// <remarks>
/// The loss is ½(s − y)², its derivative by the score s − y, times the event's weight. The adaptive rates of <see cref="LinearWeights"/> make steps
/// independent of the target's scale at first: with AdaGrad a target of 10⁶ still moves a weight by at most η a step, so put it behind a <see cref="Scaling.TargetScaledLearner"/> where targets are not about 1.
/// An untouched model says 0. Cost: O(features), no allocation.
/// </remarks>
public sealed class LinearRegression : IOnlineLearner
{
    /// <summary>A model over the given weights.</summary>
    public LinearRegression(LinearWeights? weights = null) => Weights = weights ?? new FtrlProximal();

    /// <summary>The weights, to be read and explained.</summary>
    public LinearWeights Weights { get; }

    /// <inheritdoc/>
    public LearningTask Task => LearningTask.Regression;

    /// <inheritdoc/>
    public long Examples { get; private set; }

    /// <inheritdoc/>
    public double PredictOne(ReadOnlySpan<Feature> features) => Weights.Score(features);

    /// <inheritdoc/>
    public void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1)
    {
        LearningArguments.CheckRegression(target, weight);
        Weights.Update(features, weight * (PredictOne(features) - target));
        Examples++;
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + sizeof(long) + Weights.StateSize;

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.LinearRegression, 1);
        writer.Write(Examples);
        Weights.Save(ref writer);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static LinearRegression Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.LinearRegression, 1);
        var examples = reader.ReadInt64();
        return new LinearRegression(LinearWeights.Load(ref reader)) { Examples = examples };
    }
}
