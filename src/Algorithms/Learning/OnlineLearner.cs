using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning;

/// <summary>Restores learners without knowing beforehand which they are.</summary>
public static class OnlineLearner
{
    /// <summary>Restores the learner whose state comes next.</summary>
    /// <exception cref="InvalidStateException">The bytes are not the state of a learner.</exception>
    public static IOnlineLearner Load(ref StateReader reader) => reader.PeekKind() switch
    {
        StateKind.LogisticRegression => LogisticRegression.Load(ref reader),
        StateKind.LinearRegression => LinearRegression.Load(ref reader),
        StateKind.ScaledLearner => ScaledLearner.Load(ref reader),
        StateKind.TargetScaledLearner => TargetScaledLearner.Load(ref reader),
        StateKind.CalibratedClassifier => CalibratedClassifier.Load(ref reader),
        var kind => throw new InvalidStateException($"A state of kind {kind} is not a learner."),
    };

    /// <summary>Restores a learner from bytes that hold nothing else.</summary>
    /// <exception cref="InvalidStateException">The bytes are not the state of a learner.</exception>
    public static IOnlineLearner Load(ReadOnlySpan<byte> bytes)
    {
        var reader = new StateReader(bytes);
        return Load(ref reader);
    }
}
