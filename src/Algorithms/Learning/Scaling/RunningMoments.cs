using System.Runtime.InteropServices;

namespace Personalization.Algorithms.Learning.Scaling;

/// <summary>Count, mean and variance of a stream in three doubles, without the cancellation of Σx² − (Σx)²/n.</summary>
/// <remarks>
/// Sources: B. P. Welford, "Note on a method for calculating corrected sums of squares and products" (1962) for one value, T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a
/// pairwise algorithm for computing sample variances" (1979) for two streams. W ← W + w, δ = x − mean, mean ← mean + δ·w/W, M₂ ← M₂ + w·δ·(x − mean).
/// Values that are not finite are skipped. Worked example: 2, 4, 4, 4, 5, 5, 7, 9 has mean 5 and population variance 4.
/// Shards merge: adding two halves of a stream equals the whole up to rounding (1e-12 relative).
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public struct RunningMoments
{
    /// <summary>Continues from stored numbers.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number cannot have come from a stream.</exception>
    public RunningMoments(double weight, double mean, double squares)
    {
        if (!(weight >= 0) || !double.IsFinite(mean) || !(squares >= 0)) throw new ArgumentOutOfRangeException(nameof(weight), "Weight and M₂ are ≥ 0 and the mean is finite.");
        Weight = weight;
        Mean = mean;
        Squares = squares;
    }

    /// <summary>The total weight W (the count where weights are 1).</summary>
    public double Weight { get; private set; }

    /// <summary>The mean; 0 before the first value.</summary>
    public double Mean { get; private set; }

    /// <summary>M₂ = Σ w(x − mean)².</summary>
    public double Squares { get; private set; }

    /// <summary>The population variance M₂/W; 0 before the first value.</summary>
    public readonly double Variance => Weight > 0 ? Squares / Weight : 0;

    /// <summary>The unbiased sample variance M₂/(W − 1) for weights of 1; 0 below two values.</summary>
    public readonly double SampleVariance => Weight > 1 ? Squares / (Weight - 1) : 0;

    /// <summary>The population standard deviation.</summary>
    public readonly double Deviation => Math.Sqrt(Variance);

    /// <summary>Adds a value; one that is not finite, or has no positive weight, is skipped.</summary>
    public void Add(double value, double weight = 1)
    {
        if (!double.IsFinite(value) || !(weight > 0) || !double.IsFinite(weight)) return;
        Weight += weight;
        var delta = value - Mean;
        Mean += delta * (weight / Weight);
        Squares += weight * delta * (value - Mean);
    }

    /// <summary>Adds another stream's moments.</summary>
    public void Merge(in RunningMoments other)
    {
        if (other.Weight == 0) return;
        if (Weight == 0)
        {
            this = other;
            return;
        }

        var total = Weight + other.Weight;
        var delta = other.Mean - Mean;
        Squares += other.Squares + delta * delta * (Weight * (other.Weight / total));
        Mean += delta * (other.Weight / total);
        Weight = total;
    }
}
