namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// Mean and variance of a stream in one pass: B. P. Welford, "Note on a method for calculating corrected sums of squares and products" (1962); shards
/// merge by T. Chan, G. Golub and R. LeVeque (1979). 24 bytes; the default is empty.
/// </summary>
/// <remarks>Stable where Σx² − (Σx)²/n is not. Cost: one division a value, no allocation.</remarks>
public record struct RunningMean
{
    private double _squares;

    /// <summary>How many values.</summary>
    public long Count { get; private set; }

    /// <summary>Their mean; 0 where there is none.</summary>
    public double Mean { get; private set; }

    /// <summary>Their variance with n − 1; not a number below two values.</summary>
    public readonly double Variance => Count > 1 ? _squares / (Count - 1) : double.NaN;

    /// <summary>The standard error of the mean, √(variance/n).</summary>
    public readonly double StandardError => Math.Sqrt(Variance / Count);

    /// <summary>Takes in a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not finite: one such value would spoil all that follow.</exception>
    public void Add(double value)
    {
        if (!double.IsFinite(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "A measured value is finite.");
        Count++;
        var delta = value - Mean;
        Mean += delta / Count;
        _squares += delta * (value - Mean);
    }

    /// <summary>Takes in all values of another stream.</summary>
    public void Merge(in RunningMean other)
    {
        if (other.Count == 0) return;
        var count = Count + other.Count;
        var delta = other.Mean - Mean;
        Mean += delta * other.Count / count;
        _squares += other._squares + delta * delta * Count * other.Count / count;
        Count = count;
    }

    /// <summary>The normal interval of the mean at a fixed sample size; for independent values.</summary>
    public readonly ConfidenceInterval Interval(double level = 0.95) =>
        Count < 2 ? ConfidenceInterval.Unknown(level) with { Estimate = Count == 0 ? double.NaN : Mean } : ConfidenceInterval.Normal(Mean, StandardError, level);
}
