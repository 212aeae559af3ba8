namespace Personalization.Algorithms.Learning;

/// <summary>The logistic function, its inverse and its loss in forms that neither overflow nor lose their small digits.</summary>
public static class Logistic
{
    /// <summary>Scores beyond ± this are cut: σ(35) = 1 − 6.3e-16 is the last that is not 1 in a double, so that log loss stays finite.</summary>
    public const double LargestScore = 35;

    /// <summary>σ(s) = 1 / (1 + e⁻ˢ), in (0, 1) for every score; NaN gives NaN.</summary>
    public static double Sigmoid(double score)
    {
        score = Math.Clamp(score, -LargestScore, LargestScore);
        if (score >= 0) return 1 / (1 + Math.Exp(-score));
        var e = Math.Exp(score);
        return e / (1 + e);
    }

    /// <summary>The inverse of σ: log(p / (1 − p)), cut to ±<see cref="LargestScore"/>.</summary>
    public static double Logit(double probability) => Math.Clamp(Math.Log(probability / (1 - probability)), -LargestScore, LargestScore);

    /// <summary>−y·log p − (1−y)·log(1−p) in nats, with p kept 1e-15 away from 0 and 1.</summary>
    public static double LogLoss(double probability, double target)
    {
        var p = Math.Clamp(probability, 1e-15, 1 - 1e-15);
        return -(target * Math.Log(p) + (1 - target) * Math.Log(1 - p));
    }
}
