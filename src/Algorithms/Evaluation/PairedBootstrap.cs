using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// Compares two methods on the same cases by resampling whole clusters: is A really better than B, or were these sessions kind to it?
/// </summary>
/// <remarks>
/// <para>
/// Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 8 (clusters) and 13 (percentile interval); pairing keeps
/// what both methods share out of the variance. With dᵢ = aᵢ − bᵢ the statistic is Σdᵢ / n over the cases; one replicate draws as many clusters with
/// replacement as there are, and divides by the number of cases it drew (a ratio, because clusters differ in size). Cases of one session are not
/// independent: resampling cases instead of sessions would make the interval too narrow.
/// </para>
/// <para>
/// Deterministic in the seed. Cost: O(cases + replicates · clusters) time, O(clusters + replicates) memory; 15,000 sessions and 10,000 replicates
/// take about half a second.
/// </para>
/// <example><code>
/// var difference = PairedBootstrap.Compare(hitsOfMix, hitsOfVmisKnn, sessionOfCase, replicates: 10_000, seed: 1);
/// var better = difference.Interval.Lower > 0;
/// </code></example>
/// </remarks>
public static class PairedBootstrap
{
    /// <summary>Compares case by case, each case its own cluster.</summary>
    /// <inheritdoc cref="Compare(ReadOnlySpan{double}, ReadOnlySpan{double}, ReadOnlySpan{int}, int, ulong, double)"/>
    public static PairedDifference Compare(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int replicates = 10_000, ulong seed = 1, double level = 0.95)
    {
        CheckLengths(a, b);
        var sums = new double[a.Length];
        var sizes = new int[a.Length];
        for (var i = 0; i < a.Length; i++)
        {
            sums[i] = a[i] - b[i];
            sizes[i] = 1;
        }

        return Resample(sums, sizes, replicates, seed, level);
    }

    /// <summary>Compares with whole clusters (sessions, customers) drawn together.</summary>
    /// <param name="a">A's measure on each case, for example 1 for a hit; every value is finite.</param>
    /// <param name="b">B's measure on the same cases in the same order.</param>
    /// <param name="cluster">The cluster of each case: any integers, equal for cases that belong together, in any order.</param>
    /// <param name="replicates">How often the clusters are redrawn; at least 100, 10,000 for an interval's ends to two digits.</param>
    /// <param name="seed">Names the draws.</param>
    /// <param name="level">The nominal coverage of the interval.</param>
    /// <exception cref="ArgumentException">Lengths differ, there is no case, or a value is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="replicates"/> is below 100, or <paramref name="level"/> is not in (0, 1).
    /// </exception>
    public static PairedDifference Compare(
        ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<int> cluster, int replicates = 10_000, ulong seed = 1, double level = 0.95)
    {
        CheckLengths(a, b);
        if (cluster.Length != a.Length) throw new ArgumentException("Every case needs its cluster.", nameof(cluster));
        var index = new Dictionary<int, int>();
        var sums = new List<double>();
        var sizes = new List<int>();
        for (var i = 0; i < a.Length; i++)
        {
            if (!index.TryGetValue(cluster[i], out var c))
            {
                index[cluster[i]] = c = sums.Count;
                sums.Add(0);
                sizes.Add(0);
            }

            sums[c] += a[i] - b[i];
            sizes[c]++;
        }

        return Resample([.. sums], [.. sizes], replicates, seed, level);
    }

    private static PairedDifference Resample(double[] sums, int[] sizes, int replicates, ulong seed, double level)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicates, 100);
        ConfidenceInterval.CheckLevel(level);
        double total = 0;
        long cases = 0;
        for (var c = 0; c < sums.Length; c++)
        {
            total += sums[c];
            cases += sizes[c];
        }

        if (!double.IsFinite(total)) throw new ArgumentException("A measure is not finite, so that no difference can be taken.", nameof(sums));

        var random = new Xoshiro256(seed);
        var estimates = new double[replicates];
        for (var replicate = 0; replicate < replicates; replicate++)
        {
            double sum = 0;
            long size = 0;
            for (var draw = 0; draw < sums.Length; draw++)
            {
                var c = random.NextInt32(sums.Length);
                sum += sums[c];
                size += sizes[c];
            }

            estimates[replicate] = sum / size;
        }

        Array.Sort(estimates);
        var notBetter = 0;
        while (notBetter < replicates && estimates[notBetter] <= 0) notBetter++;
        var (mean, standardError) = MeanAndDeviation(estimates);
        var interval = new ConfidenceInterval(
            total / cases, Percentile(estimates, (1 - level) / 2), Percentile(estimates, (1 + level) / 2), level);
        return new PairedDifference(interval, standardError, mean - total / cases, (double)notBetter / replicates, sums.Length, cases);
    }

    /// <summary>Linear interpolation between order statistics (type 7 of Hyndman and Fan, 1996).</summary>
    internal static double Percentile(double[] sorted, double probability)
    {
        var position = probability * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length
            ? sorted[below] + (position - below) * (sorted[below + 1] - sorted[below])
            : sorted[^1];
    }

    private static (double Mean, double Deviation) MeanAndDeviation(double[] values)
    {
        double mean = 0, squares = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var delta = values[i] - mean;
            mean += delta / (i + 1);
            squares += delta * (values[i] - mean);
        }

        return (mean, Math.Sqrt(squares / (values.Length - 1)));
    }

    private static void CheckLengths(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException("Both methods must be measured on the same cases.", nameof(b));
        if (a.IsEmpty) throw new ArgumentException("There is no case to compare on.", nameof(a));
    }
}

/// <summary>The difference A − B that <see cref="PairedBootstrap"/> found.</summary>
/// <param name="Interval">
/// The mean difference per case with its percentile interval; A is better beyond chance where <c>Lower &gt; 0</c> (larger is better).
/// </param>
/// <param name="StandardError">The standard deviation of the replicates.</param>
/// <param name="Bias">
/// Mean of the replicates minus the estimate: small beside <paramref name="StandardError"/>, or the percentile interval is not to be trusted.
/// </param>
/// <param name="ProbabilityNotBetter">The share of replicates with a difference ≤ 0.</param>
/// <param name="Clusters">How many clusters were drawn from.</param>
/// <param name="Cases">How many cases they hold.</param>
public readonly record struct PairedDifference(
    ConfidenceInterval Interval, double StandardError, double Bias, double ProbabilityNotBetter, int Clusters, long Cases);
