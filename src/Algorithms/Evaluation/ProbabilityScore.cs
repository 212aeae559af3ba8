namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// How good forecast probabilities of a yes-or-no outcome are, streaming: log loss and Brier score, both proper (only the true probability minimises
/// them), with intervals.
/// </summary>
/// <remarks>
/// Log loss is −ln of the probability given to what happened; probabilities are held inside [ε, 1 − ε], ε = 1e-15, so that one certainty gone wrong
/// costs 34.5 and not everything (T. Gneiting and A. Raftery, "Strictly proper scoring rules, prediction, and estimation", 2007; G. Brier, 1950).
/// Worked example: .8 for what happened: .2231 and .04.
/// </remarks>
public record struct ProbabilityScore
{
    private const double Epsilon = 1e-15;
    private RunningMean _logLoss;
    private RunningMean _brier;
    private RunningMean _outcome;

    /// <summary>How many forecasts.</summary>
    public readonly long Count => _logLoss.Count;

    /// <summary>The mean log loss in nats; ln 2 is a coin.</summary>
    public readonly double LogLoss => _logLoss.Mean;

    /// <summary>The mean squared difference of probability and outcome; .25 is a coin.</summary>
    public readonly double Brier => _brier.Mean;

    /// <summary>The share of positives.</summary>
    public readonly double BaseRate => _outcome.Mean;

    /// <summary>
    /// 1 − Brier / (π(1 − π)): the share of the outcome's variance that is explained; 0 for always saying the base rate π, not a number with one
    /// class only.
    /// </summary>
    public readonly double BrierSkill => BaseRate is > 0 and < 1 ? 1 - Brier / (BaseRate * (1 - BaseRate)) : double.NaN;

    /// <summary>Takes in a forecast and what happened.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not in [0, 1].</exception>
    public void Add(double probability, bool outcome)
    {
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability, "A probability lies in [0, 1].");
        var held = Math.Clamp(probability, Epsilon, 1 - Epsilon);
        _logLoss.Add(-Math.Log(outcome ? held : 1 - held));
        var error = probability - (outcome ? 1 : 0);
        _brier.Add(error * error);
        _outcome.Add(outcome ? 1 : 0);
    }

    /// <summary>Takes in all forecasts of another shard.</summary>
    public void Merge(in ProbabilityScore other)
    {
        _logLoss.Merge(other._logLoss);
        _brier.Merge(other._brier);
        _outcome.Merge(other._outcome);
    }

    /// <summary>The normal interval of the mean log loss.</summary>
    public readonly ConfidenceInterval LogLossInterval(double level = 0.95) => _logLoss.Interval(level);

    /// <summary>The normal interval of the mean Brier score.</summary>
    public readonly ConfidenceInterval BrierInterval(double level = 0.95) => _brier.Interval(level);
}
