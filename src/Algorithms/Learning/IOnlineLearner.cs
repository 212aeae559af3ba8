using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning;

/// <summary>A model that learns one event at a time: <em>predict one, then learn one</em>.</summary>
/// <remarks>
/// What every learner keeps, each point checked by one suite for all of them:
/// <list type="bullet">
/// <item>predicting never changes the model, learning never changes its input;</item>
/// <item>the order of features does not matter (beyond rounding); features may appear and vanish from event to event;</item>
/// <item>a feature whose value is not finite is missing, that is, skipped; an input without features is answered from the intercept;</item>
/// <item>a target or weight out of its range throws <see cref="ArgumentOutOfRangeException"/> before anything has changed;</item>
/// <item>before the first event, and after events of one class only, the prediction is finite and in range;</item>
/// <item>a state saved and restored goes on bit for bit as the original would;</item>
/// <item>neither predicting nor learning allocates, once the arrays have grown to the highest index.</item>
/// </list>
/// Predicting may happen on several threads while nobody learns; learning is for one thread.
/// </remarks>
public interface IOnlineLearner : IStateful
{
    /// <summary>What the learner predicts.</summary>
    LearningTask Task { get; }

    /// <summary>The number of events learned.</summary>
    long Examples { get; }

    /// <summary>The prediction: a probability in (0, 1) for <see cref="LearningTask.Classification"/>, a finite number for <see cref="LearningTask.Regression"/>.</summary>
    double PredictOne(ReadOnlySpan<Feature> features);

    /// <summary>Learns one event.</summary>
    /// <param name="features">The input as it was when the outcome was unknown.</param>
    /// <param name="target">The outcome: in [0, 1] for classification (0 and 1 are the classes; between is a soft label), else within ±3.4e38.</param>
    /// <param name="weight">How many such events this one stands for, in (0, 1e6].</param>
    /// <exception cref="ArgumentOutOfRangeException">The target or weight is out of range or not finite; the model is unchanged.</exception>
    void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1);
}

/// <summary>What a learner predicts.</summary>
public enum LearningTask
{
    /// <summary>The probability of the class 1.</summary>
    Classification,

    /// <summary>A real number.</summary>
    Regression,
}
