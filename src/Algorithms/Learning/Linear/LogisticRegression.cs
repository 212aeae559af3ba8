using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Linear;

/// <summary>Logistic regression learned one event at a time: P(y = 1 | x) = σ(w₀ + Σ wᵢxᵢ).</summary>
/// <remarks>
/// The loss is ℓ = −y·log p − (1−y)·log(1−p), its derivative by the score p − y, times the event's weight. Which way the weights move is the business of
/// <see cref="LinearWeights"/>: <see cref="FtrlProximal"/> (the default) or <see cref="AdaGrad"/>.
/// Probabilities lie in [6.3e-16, 1 − 6.3e-16]; an untouched model says .5. With one class only the intercept drifts there without end but ever more slowly.
/// Cost: O(features) in time, 16 bytes a coordinate, no allocation.
/// <example><code>
/// var model = new LogisticRegression(new AdaGrad(new AdaGradOptions { Rate = 0.1 }));
/// model.LearnOne([new Feature(0, 1f)], 1);
/// var p = model.PredictOne([new Feature(0, 1f)]);   // .5498: w₀ = w₁ = .1, σ(.2)
/// </code></example>
/// </remarks>
public sealed class LogisticRegression : IOnlineLearner
{
    /// <summary>A model over the given weights.</summary>
    public LogisticRegression(LinearWeights? weights = null) => Weights = weights ?? new FtrlProximal();

    /// <summary>The weights, to be read and explained.</summary>
    public LinearWeights Weights { get; }

    /// <inheritdoc/>
    public LearningTask Task => LearningTask.Classification;

    /// <inheritdoc/>
    public long Examples { get; private set; }

    /// <inheritdoc/>
    public double PredictOne(ReadOnlySpan<Feature> features) => Logistic.Sigmoid(Weights.Score(features));

    /// <inheritdoc/>
    public void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1)
    {
        LearningArguments.CheckClassification(target, weight);
        Weights.Update(features, weight * (PredictOne(features) - target));
        Examples++;
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + sizeof(long) + Weights.StateSize;

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.LogisticRegression, 1);
        writer.Write(Examples);
        Weights.Save(ref writer);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static LogisticRegression Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.LogisticRegression, 1);
        var examples = reader.ReadInt64();
        return new LogisticRegression(LinearWeights.Load(ref reader)) { Examples = examples };
    }
}
