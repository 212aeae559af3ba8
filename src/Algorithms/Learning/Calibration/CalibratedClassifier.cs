using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Calibration;

/// <summary>A classifier whose probability goes through a calibrator that learns from the classifier's own predictions, each made before its outcome was known.</summary>
public sealed class CalibratedClassifier : IOnlineLearner
{
    /// <summary>Puts a calibrator behind a classifier.</summary>
    /// <exception cref="ArgumentException">The learner is not a classifier.</exception>
    public CalibratedClassifier(IOnlineLearner classifier, ICalibrator calibrator)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(calibrator);
        if (classifier.Task != LearningTask.Classification) throw new ArgumentException("Only a classifier can be calibrated.", nameof(classifier));
        Classifier = classifier;
        Calibrator = calibrator;
    }

    /// <summary>The classifier.</summary>
    public IOnlineLearner Classifier { get; }

    /// <summary>The calibrator.</summary>
    public ICalibrator Calibrator { get; }

    /// <inheritdoc/>
    public LearningTask Task => LearningTask.Classification;

    /// <inheritdoc/>
    public long Examples => Classifier.Examples;

    /// <inheritdoc/>
    public double PredictOne(ReadOnlySpan<Feature> features) => Calibrator.Calibrate(Classifier.PredictOne(features));

    /// <inheritdoc/>
    public void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1)
    {
        LearningArguments.CheckClassification(target, weight);
        Calibrator.LearnOne(Classifier.PredictOne(features), target, weight);
        Classifier.LearnOne(features, target, weight);
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + Classifier.StateSize + Calibrator.StateSize;

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.CalibratedClassifier, 1);
        Classifier.Save(ref writer);
        Calibrator.Save(ref writer);
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static CalibratedClassifier Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.CalibratedClassifier, 1);
        var classifier = OnlineLearner.Load(ref reader);
        ICalibrator calibrator = reader.PeekKind() switch
        {
            StateKind.PlattCalibrator => PlattCalibrator.Load(ref reader),
            StateKind.IsotonicCalibrator => IsotonicCalibrator.Load(ref reader),
            var kind => throw new InvalidStateException($"A state of kind {kind} is not a calibrator."),
        };
        return new CalibratedClassifier(classifier, calibrator);
    }
}
