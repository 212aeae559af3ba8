using Personalization.Algorithms.Learning.Features;

namespace Personalization.Algorithms.Learning;

/// <summary>Test, then learn: every event is predicted before it is learned, so that each one is a test case and none was seen before.</summary>
/// <remarks>
/// <para>
/// Sources: A. Blum, A. Kalai, J. Langford, "Beating the hold-out: bounds for k-fold and progressive cross-validation" (COLT 1999); A. P. Dawid, "The prequential approach" (1984). In a live
/// system the outcome arrives late: with a delay of d events, the event t is learned just after event t + d was predicted, from the features it had then.
/// </para>
/// <para>Each prediction is handed to <see cref="ProgressiveMeasures"/> at once and returned, so that a caller can feed measures of its own (AUC, calibration).
/// No allocation once the pool of waiting events has grown.</para>
/// <example><code>
/// var validation = new ProgressiveValidation(model, delay: 100);
/// foreach (var (x, y) in stream) validation.Next(x, y);
/// validation.Finish();
/// Console.WriteLine(validation.Measures.KappaTemporal);
/// </code></example>
/// </remarks>
public sealed class ProgressiveValidation
{
    private readonly IOnlineLearner _learner;
    private readonly Waiting[] _waiting;
    private int _head;
    private int _count;

    /// <summary>Validates a learner that it also teaches.</summary>
    /// <param name="learner">The learner; only this validation should teach it.</param>
    /// <param name="delay">Events between a prediction and the arrival of its outcome; 0 learns at once.</param>
    public ProgressiveValidation(IOnlineLearner learner, int delay = 0)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentOutOfRangeException.ThrowIfNegative(delay);
        _learner = learner;
        _waiting = new Waiting[delay];
        for (var i = 0; i < delay; i++) _waiting[i] = new Waiting();
    }

    /// <summary>What the predictions were worth so far.</summary>
    public ProgressiveMeasures Measures { get; } = new();

    /// <summary>Predicts an event, scores the prediction, and learns the event whose outcome is now due.</summary>
    /// <returns>The prediction, made before anything of this event was learned.</returns>
    public double Next(ReadOnlySpan<Feature> features, double target, double weight = 1)
    {
        // Checked here, not where it is learned: with a delay the event would otherwise be scored before it is refused.
        if (_learner.Task == LearningTask.Classification) LearningArguments.CheckClassification(target, weight);
        else LearningArguments.CheckRegression(target, weight);

        var prediction = _learner.PredictOne(features);
        if (_waiting.Length == 0)
        {
            _learner.LearnOne(features, target, weight);
        }
        else
        {
            if (_count == _waiting.Length) LearnOldest();
            var slot = _waiting[(_head + _count) % _waiting.Length];
            slot.Hold(features, target, weight);
            _count++;
        }

        if (_learner.Task == LearningTask.Classification) Measures.AddClassification(prediction, target);
        else Measures.AddRegression(prediction, target);
        return prediction;
    }

    /// <summary>Learns everything that still waits, at the end of a stream.</summary>
    public void Finish()
    {
        while (_count > 0) LearnOldest();
    }

    private void LearnOldest()
    {
        var oldest = _waiting[_head];
        _head = (_head + 1) % _waiting.Length;
        _count--;
        _learner.LearnOne(oldest.Features, oldest.Target, oldest.Weight);
    }

    private sealed class Waiting
    {
        private Feature[] _features = [];
        private int _length;

        public ReadOnlySpan<Feature> Features => _features.AsSpan(0, _length);

        public double Target { get; private set; }

        public double Weight { get; private set; }

        public void Hold(ReadOnlySpan<Feature> features, double target, double weight)
        {
            if (_features.Length < features.Length) _features = new Feature[features.Length];
            features.CopyTo(_features);
            (_length, Target, Weight) = (features.Length, target, weight);
        }
    }
}
