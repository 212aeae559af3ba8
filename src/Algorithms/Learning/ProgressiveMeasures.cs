namespace Personalization.Algorithms.Learning;

/// <summary>Running measures of a stream of predictions, among them the two that a stream with memory needs: kappa and kappa-temporal.</summary>
/// <remarks>
/// <para>
/// On a stream whose classes come in runs, accuracy alone misleads: the classifier "as last time" looks good. Source: I. Žliobaitė, A. Bifet, J. Read, B. Pfahringer, G. Holmes,
/// "Evaluation methods and decision theory for classification of streaming data with temporal dependence" (Machine Learning, 2015):
/// κ = (p₀ − p_c)/(1 − p_c) against a classifier that guesses with the same class shares, κ_temporal = (p₀ − p_e)/(1 − p_e) against the no-change classifier.
/// κ_temporal ≤ 0 means that repeating the last class would have done as well.
/// </para>
/// <para>Soft targets count as the class they are nearer to (.5 as 1) in accuracy and kappa, as they are in the losses.</para>
/// </remarks>
public sealed class ProgressiveMeasures
{
    private double _logLoss;
    private double _squared;
    private double _absolute;
    private long _correct;
    private long _actualPositive;
    private long _predictedPositive;
    private long _unchanged;
    private bool _last;

    /// <summary>Predictions scored.</summary>
    public long Count { get; private set; }

    /// <summary>The share of right classes at the threshold ½; NaN before the first.</summary>
    public double Accuracy => Ratio(_correct, Count);

    /// <summary>The accuracy of the no-change classifier, which says the class of the event before (the first event is not counted).</summary>
    public double NoChangeAccuracy => Ratio(_unchanged, Count - 1);

    /// <summary>Mean −log of the probability given to what happened, in nats.</summary>
    public double LogLoss => Ratio(_logLoss, Count);

    /// <summary>Mean squared error: the Brier score for classification.</summary>
    public double MeanSquaredError => Ratio(_squared, Count);

    /// <summary>Mean absolute error.</summary>
    public double MeanAbsoluteError => Ratio(_absolute, Count);

    /// <summary>Cohen's kappa: 0 for guessing with the right shares, 1 for perfection.</summary>
    public double Kappa
    {
        get
        {
            var actual = Ratio(_actualPositive, Count);
            var predicted = Ratio(_predictedPositive, Count);
            return Above(Accuracy, actual * predicted + (1 - actual) * (1 - predicted));
        }
    }

    /// <summary>Kappa against the no-change classifier.</summary>
    public double KappaTemporal => Above(Accuracy, NoChangeAccuracy);

    /// <summary>Scores a probability.</summary>
    public void AddClassification(double probability, double target)
    {
        var actual = target >= 0.5;
        var predicted = probability >= 0.5;
        if (actual == predicted) _correct++;
        if (actual) _actualPositive++;
        if (predicted) _predictedPositive++;
        if (Count > 0 && actual == _last) _unchanged++;
        _last = actual;
        _logLoss += Logistic.LogLoss(probability, target);
        AddRegression(probability, target);
    }

    /// <summary>Scores a number.</summary>
    public void AddRegression(double prediction, double target)
    {
        var error = prediction - target;
        _squared += error * error;
        _absolute += Math.Abs(error);
        Count++;
    }

    private static double Ratio(double sum, long count) => count > 0 ? sum / count : double.NaN;

    private static double Above(double accuracy, double baseline) => (accuracy - baseline) / (1 - baseline);
}
