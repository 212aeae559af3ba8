using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// Did the groups of an experiment get the shares of traffic they were promised? If not, something loses or adds customers, and no comparison of the
/// groups can be trusted.
/// </summary>
/// <remarks>
/// <para>
/// Two tests. <see cref="PValue"/> is Pearson's χ² at one look (A. Fabijan et al., "Diagnosing sample ratio mismatch in online controlled
/// experiments", 2019, who alarm below .0005). <see cref="AnytimePValue"/> may be looked at after every customer: M. Lindon and A. Malek,
/// "Anytime-valid inference for multinomial count data" (NeurIPS 2022), the reciprocal of the Bayes factor of a Dirichlet prior centred on the
/// promised shares: B = Γ(κ)/Γ(κ+n) · Π Γ(κθⱼ+nⱼ)/Γ(κθⱼ) / Π θⱼ^nⱼ, whose smallest reciprocal so far is below α with probability at most α.
/// </para>
/// <para>Worked example: 821,588 and 815,482 customers where halves were promised: p = 1.8e-6. Stop and look for the fault.</para>
/// </remarks>
public static class SampleRatioTest
{
    /// <summary>The probability of shares at least this far off, at one look. Small: a mismatch.</summary>
    /// <param name="counts">Customers of each group; not negative, at least two groups.</param>
    /// <param name="shares">Their promised shares, positive; need not sum to one.</param>
    /// <exception cref="ArgumentException">Lengths differ, fewer than two groups, or a value is out of range.</exception>
    public static double PValue(ReadOnlySpan<long> counts, ReadOnlySpan<double> shares)
    {
        var (total, whole) = Check(counts, shares);
        if (total == 0) return 1;
        double chiSquared = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            var expected = total * shares[i] / whole;
            chiSquared += (counts[i] - expected) * (counts[i] - expected) / expected;
        }

        // Q(k/2, χ²/2), the upper tail itself: 1 − CDF would round to zero below 1e-16.
        return MathNet.Numerics.SpecialFunctions.GammaUpperRegularized((counts.Length - 1) / 2.0, chiSquared / 2);
    }

    /// <summary>The anytime-valid p-value of the counts as they stand; keep the smallest seen so far.</summary>
    /// <param name="counts">Customers of each group.</param>
    /// <param name="shares">Their promised shares.</param>
    /// <param name="concentration">
    /// κ, how close to the promise a mismatch is expected to be: 10,000 finds deviations of about a point soonest. Fixed before the first look.
    /// </param>
    public static double AnytimePValue(ReadOnlySpan<long> counts, ReadOnlySpan<double> shares, double concentration = 10_000)
    {
        var (total, whole) = Check(counts, shares);
        if (!(concentration > 0 && double.IsFinite(concentration)))
            throw new ArgumentOutOfRangeException(nameof(concentration), concentration, "A concentration is positive and finite.");
        var logFactor = GammaFunctions.LogGamma(concentration) - GammaFunctions.LogGamma(concentration + total);
        for (var i = 0; i < counts.Length; i++)
        {
            var share = shares[i] / whole;
            logFactor += GammaFunctions.LogGamma(concentration * share + counts[i]) - GammaFunctions.LogGamma(concentration * share) - counts[i] * Math.Log(share);
        }

        return Math.Min(1, Math.Exp(-logFactor));
    }

    private static (double Total, double Whole) Check(ReadOnlySpan<long> counts, ReadOnlySpan<double> shares)
    {
        if (counts.Length != shares.Length || counts.Length < 2) throw new ArgumentException("At least two groups, each with its share.", nameof(shares));
        double total = 0, whole = 0;
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] < 0) throw new ArgumentException("A count is not negative.", nameof(counts));
            if (!(shares[i] > 0 && double.IsFinite(shares[i]))) throw new ArgumentException("A promised share is positive.", nameof(shares));
            total += counts[i];
            whole += shares[i];
        }

        return (total, whole);
    }
}
