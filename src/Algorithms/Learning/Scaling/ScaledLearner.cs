using System.Buffers;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Scaling;

/// <summary>A learner that sees its numbers scaled: the scaler learns first, then the model learns from what the scaler makes of the input.</summary>
/// <remarks>
/// Scaling matters for linear models with one rate for all: prices in the hundreds beside shares below one. Predicting leaves the scaler as it is.
/// The buffer is on the stack for up to 128 features and from the shared pool above that: no allocation in the steady state.
/// </remarks>
public sealed class ScaledLearner : IOnlineLearner
{
    private const int LongestOnStack = 128;

    /// <summary>Puts a scaler before a learner.</summary>
    public ScaledLearner(IOnlineLearner learner, StandardScaler? scaler = null)
    {
        ArgumentNullException.ThrowIfNull(learner);
        Learner = learner;
        Scaler = scaler ?? new StandardScaler();
    }

    /// <summary>The model behind the scaler.</summary>
    public IOnlineLearner Learner { get; }

    /// <summary>The scaler.</summary>
    public StandardScaler Scaler { get; }

    /// <inheritdoc/>
    public LearningTask Task => Learner.Task;

    /// <inheritdoc/>
    public long Examples => Learner.Examples;

    /// <inheritdoc/>
    public double PredictOne(ReadOnlySpan<Feature> features)
    {
        var rented = features.Length > LongestOnStack ? ArrayPool<Feature>.Shared.Rent(features.Length) : null;
        Span<Feature> scaled = rented ?? stackalloc Feature[LongestOnStack];
        var prediction = Learner.PredictOne(scaled[..Scaler.Transform(features, scaled)]);
        if (rented is not null) ArrayPool<Feature>.Shared.Return(rented);
        return prediction;
    }

    /// <inheritdoc/>
    public void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1)
    {
        // Checked here because the scaler changes before the learner could refuse.
        if (Task == LearningTask.Classification) LearningArguments.CheckClassification(target, weight);
        else LearningArguments.CheckRegression(target, weight);

        Scaler.LearnOne(features, weight);
        var rented = features.Length > LongestOnStack ? ArrayPool<Feature>.Shared.Rent(features.Length) : null;
        Span<Feature> scaled = rented ?? stackalloc Feature[LongestOnStack];
        Learner.LearnOne(scaled[..Scaler.Transform(features, scaled)], target, weight);
        if (rented is not null) ArrayPool<Feature>.Shared.Return(rented);
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + Scaler.StateSize + Learner.StateSize;

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.ScaledLearner, 1);
        Scaler.Save(ref writer);
        Learner.Save(ref writer);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static ScaledLearner Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.ScaledLearner, 1);
        var scaler = StandardScaler.Load(ref reader);
        return new ScaledLearner(OnlineLearner.Load(ref reader), scaler);
    }
}
