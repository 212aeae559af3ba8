using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Scaling;

/// <summary>A regression in any unit: the model behind it learns (y − mean)/deviation, by the moments of the targets so far, and its answers are carried back.</summary>
/// <remarks>
/// Adaptive rates move a weight by about their rate a step, whatever the target's size: without scaling, rewards in cents and in millions would be two different models. With it, targets k·y + c
/// make predictions k·ŷ + c, up to rounding (exactly for k a power of two and c = 0). The target is taken into the moments before the model learns from it, so |z| ≤ √n. Until two targets differ the prediction is their mean. Cost: the model's, and a few
/// operations; no allocation.
/// </remarks>
public sealed class TargetScaledLearner : IOnlineLearner
{
    private RunningMoments _targets;

    /// <summary>Puts a scaler behind a regression.</summary>
    /// <exception cref="ArgumentException">The learner is no regression.</exception>
    public TargetScaledLearner(IOnlineLearner learner)
    {
        ArgumentNullException.ThrowIfNull(learner);
        if (learner.Task != LearningTask.Regression) throw new ArgumentException("Only the targets of a regression are scaled: a classification's are probabilities.", nameof(learner));
        Learner = learner;
    }

    /// <summary>The model of the scaled target.</summary>
    public IOnlineLearner Learner { get; }

    /// <summary>The moments of the targets so far.</summary>
    public RunningMoments Targets => _targets;

    /// <inheritdoc/>
    public LearningTask Task => LearningTask.Regression;

    /// <inheritdoc/>
    public long Examples => Learner.Examples;

    /// <inheritdoc/>
    public double PredictOne(ReadOnlySpan<Feature> features) => _targets.Mean + (_targets.Deviation * Learner.PredictOne(features));

    /// <inheritdoc/>
    public void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1)
    {
        // Checked here because the moments change before the learner could refuse.
        LearningArguments.CheckRegression(target, weight);
        _targets.Add(target, weight);
        var deviation = _targets.Deviation;
        Learner.LearnOne(features, deviation > 0 ? (target - _targets.Mean) / deviation : 0, weight);
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + (3 * sizeof(double)) + Learner.StateSize;

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.TargetScaledLearner, 1);
        writer.Write(_targets.Weight);
        writer.Write(_targets.Mean);
        writer.Write(_targets.Squares);
        Learner.Save(ref writer);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static TargetScaledLearner Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.TargetScaledLearner, 1);
        var (weight, mean, squares) = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
        if (!(weight >= 0) || !double.IsFinite(mean) || !(squares >= 0)) throw new InvalidStateException("The moments of the targets are impossible.");
        var learner = OnlineLearner.Load(ref reader);
        if (learner.Task != LearningTask.Regression) throw new InvalidStateException("The learner whose targets are scaled is no regression.");
        return new TargetScaledLearner(learner) { _targets = new RunningMoments(weight, mean, squares) };
    }
}
