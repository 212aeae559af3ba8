using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class PairedBootstrapTests
{
    [Fact]
    public void Equal_methods_differ_by_exactly_nothing()
    {
        double[] hits = [1, 0, 1, 1];
        var difference = PairedBootstrap.Compare(hits, hits);
        Assert.Equal(new ConfidenceInterval(0, 0, 0, 0.95), difference.Interval);
        Assert.Equal(1, difference.ProbabilityNotBetter);
    }

    [Fact]
    public void Standard_error_of_single_cases_is_that_of_the_mean()
    {
        var random = new Xoshiro256(3);
        var a = new double[400];
        for (var i = 0; i < a.Length; i++) a[i] = 1 + random.NextGaussian();
        var mean = a.Average();
        var expected = Math.Sqrt(a.Sum(v => (v - mean) * (v - mean)) / a.Length / a.Length);

        var difference = PairedBootstrap.Compare(a, new double[a.Length]);

        Assert.Equal(mean, difference.Interval.Estimate, 12);
        Assert.InRange(difference.StandardError, expected * 0.97, expected * 1.03);
        Assert.InRange(difference.Interval.Width, 3.92 * expected * 0.95, 3.92 * expected * 1.05);
    }

    [Fact]
    public void Cases_repeated_within_their_cluster_do_not_narrow_the_interval()
    {
        var random = new Xoshiro256(4);
        const int clusters = 200, copies = 9;
        double[] once = new double[clusters], often = new double[clusters * copies];
        var cluster = new int[often.Length];
        for (var c = 0; c < clusters; c++)
        {
            once[c] = random.NextGaussian();
            for (var i = 0; i < copies; i++)
            {
                // Interleaved: cases of a cluster need not stand together.
                often[i * clusters + c] = once[c];
                cluster[i * clusters + c] = -c;
            }
        }

        var single = PairedBootstrap.Compare(once, new double[once.Length], seed: 9);
        var repeated = PairedBootstrap.Compare(often, new double[often.Length], cluster, seed: 9);

        Assert.Equal(clusters, repeated.Clusters);
        Assert.Equal(often.Length, repeated.Cases);
        Assert.Equal(single.Interval.Lower, repeated.Interval.Lower, 9);
        Assert.Equal(single.Interval.Upper, repeated.Interval.Upper, 9);
    }

    [Fact]
    public void Interval_covers_the_true_difference_about_as_often_as_it_says()
    {
        var random = new Xoshiro256(5);
        const int trials = 300;
        var covered = 0;
        for (var trial = 0; trial < trials; trial++)
        {
            double[] a = new double[240], b = new double[240];
            var cluster = new int[240];
            for (var c = 0; c < 60; c++)
            {
                var shared = random.NextGaussian();
                for (var i = 4 * c; i < 4 * c + 4; i++)
                {
                    cluster[i] = c;
                    a[i] = 0.3 + shared + random.NextGaussian();
                    b[i] = random.NextGaussian();
                }
            }

            if (PairedBootstrap.Compare(a, b, cluster, replicates: 500, seed: (ulong)trial).Interval.Contains(0.3)) covered++;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"coverage {(double)covered / trials:0.000}");
        // 95 % nominal; the standard error of the share over 300 trials is 1.3 points.
        Assert.InRange((double)covered / trials, 0.90, 0.99);
    }

    [Fact]
    public void Same_seed_gives_the_same_interval_and_another_seed_another()
    {
        double[] a = [0.1, 0.7, 0.3, 0.9, 0.2], b = [0.2, 0.4, 0.3, 0.1, 0.8];
        Assert.Equal(PairedBootstrap.Compare(a, b, seed: 1), PairedBootstrap.Compare(a, b, seed: 1));
        Assert.NotEqual(PairedBootstrap.Compare(a, b, seed: 1).StandardError, PairedBootstrap.Compare(a, b, seed: 2).StandardError);
    }

    [Fact]
    public void Nothing_to_compare_unequal_lengths_and_infinite_measures_are_refused()
    {
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([], []));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([1, 2], [1, 2], [7]));
        Assert.Throws<ArgumentException>(() => PairedBootstrap.Compare([double.NaN], [1]));
    }
}
