namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// Counts of right and wrong yes-or-no decisions, and the measures made from them. 32 bytes; the default is empty; shards merge by addition.
/// </summary>
/// <remarks>
/// With TP, FP, TN, FN the true and false positives and negatives. A measure whose denominator is zero is not a number: precision without a positive
/// decision says nothing, and is not 0. Worked example: TP 8, FP 2, FN 4, TN 86 give accuracy .94, precision .8, recall .667, F1 .727.
/// </remarks>
public record struct BinaryConfusion
{
    /// <summary>TP: said yes, was yes.</summary>
    public long TruePositives { get; set; }

    /// <summary>FP: said yes, was no.</summary>
    public long FalsePositives { get; set; }

    /// <summary>TN: said no, was no.</summary>
    public long TrueNegatives { get; set; }

    /// <summary>FN: said no, was yes.</summary>
    public long FalseNegatives { get; set; }

    /// <summary>How many decisions.</summary>
    public readonly long Count => TruePositives + FalsePositives + TrueNegatives + FalseNegatives;

    /// <summary>(TP + TN) / all, with its Wilson interval.</summary>
    public readonly ConfidenceInterval Accuracy(double level = 0.95) => ConfidenceInterval.Wilson(TruePositives + TrueNegatives, Count, level);

    /// <summary>TP / (TP + FP): how many of the yes were right, with its Wilson interval.</summary>
    public readonly ConfidenceInterval Precision(double level = 0.95) => ConfidenceInterval.Wilson(TruePositives, TruePositives + FalsePositives, level);

    /// <summary>TP / (TP + FN): how many of the positives were found, with its Wilson interval.</summary>
    public readonly ConfidenceInterval Recall(double level = 0.95) => ConfidenceInterval.Wilson(TruePositives, TruePositives + FalseNegatives, level);

    /// <summary>
    /// 2TP / (2TP + FP + FN), the harmonic mean of precision and recall; not a number where nothing was or was said to be positive.
    /// </summary>
    public readonly double F1 => 2.0 * TruePositives / (2.0 * TruePositives + FalsePositives + FalseNegatives);

    /// <summary>
    /// F1 with an interval: F1 = 2J/(1 + J) rises with Jaccard's J = TP/(TP + FP + FN), which is a proportion, so the ends of its Wilson interval are
    /// carried over.
    /// </summary>
    public readonly ConfidenceInterval F1Interval(double level = 0.95)
    {
        var jaccard = ConfidenceInterval.Wilson(TruePositives, TruePositives + FalsePositives + FalseNegatives, level);
        return double.IsNaN(jaccard.Estimate)
            ? jaccard
            : new ConfidenceInterval(F1, 2 * jaccard.Lower / (1 + jaccard.Lower), 2 * jaccard.Upper / (1 + jaccard.Upper), level);
    }

    /// <summary>Cohen's κ: accuracy beyond what two deciders with these shares of yes would agree on by chance (J. Cohen, 1960).</summary>
    public readonly double Kappa
    {
        get
        {
            double n = Count;
            var observed = (TruePositives + TrueNegatives) / n;
            var chance = ((TruePositives + FalsePositives) / n * ((TruePositives + FalseNegatives) / n))
                + ((TrueNegatives + FalseNegatives) / n * ((TrueNegatives + FalsePositives) / n));
            return (observed - chance) / (1 - chance);
        }
    }

    /// <summary>Counts a decision.</summary>
    public void Add(bool predicted, bool actual)
    {
        if (predicted && actual) TruePositives++;
        else if (predicted) FalsePositives++;
        else if (actual) FalseNegatives++;
        else TrueNegatives++;
    }

    /// <summary>Adds the counts of another shard.</summary>
    public void Merge(in BinaryConfusion other)
    {
        TruePositives += other.TruePositives;
        FalsePositives += other.FalsePositives;
        TrueNegatives += other.TrueNegatives;
        FalseNegatives += other.FalseNegatives;
    }
}
