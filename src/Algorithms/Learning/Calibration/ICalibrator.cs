using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Calibration;

/// <summary>A monotone map from a learner's probability to one that can be believed: of the events said to have .3, three in ten happen.</summary>
/// <remarks>Learn it from predictions made <em>before</em> the learner saw the outcome; otherwise it learns the learner's memory, not its honesty. Monotone: the order of cases, and so AUC, stays (isotonic: up to ties).</remarks>
public interface ICalibrator : IStateful
{
    /// <summary>Events learned.</summary>
    long Examples { get; }

    /// <summary>The calibrated probability, in (0, 1). Changes nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is not in [0, 1].</exception>
    double Calibrate(double probability);

    /// <summary>Learns from a probability that was predicted and the outcome that followed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability or target is not in [0, 1], or the weight is not in (0, 1e6]; nothing has changed.</exception>
    void LearnOne(double probability, double target, double weight = 1);
}
