using CsCheck;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Tests.Learning;

public sealed class ScalingTests
{
    private static readonly Gen<double[]> Values = Gen.Double[-1e4, 1e4].Array[0, 60];

    [Fact]
    public void The_moments_of_the_worked_example()
    {
        var moments = new RunningMoments();
        foreach (var value in (double[])[2, 4, 4, 4, 5, 5, 7, 9]) moments.Add(value);
        Assert.Equal(5, moments.Mean, 1e-15);
        Assert.Equal(4, moments.Variance, 1e-15);
        Assert.Equal(32.0 / 7, moments.SampleVariance, 1e-14);
    }

    [Fact]
    public void A_small_spread_around_a_huge_mean_keeps_its_digits()
    {
        var moments = new RunningMoments();
        for (var i = 0; i < 1000; i++) moments.Add(1e9 + i % 2);
        Assert.Equal(0.25, moments.Variance, 1e-6);
    }

    [Fact]
    public void Any_split_of_a_stream_merges_to_the_whole() => Gen.Select(Values, Values, Values).Sample((a, b, c) =>
    {
        var whole = Of([.. a, .. b, .. c]);
        var left = Of(a);
        left.Merge(Of(b));
        left.Merge(Of(c));
        var right = Of(b);
        right.Merge(Of(c));
        var first = Of(a);
        first.Merge(right);
        foreach (var merged in (RunningMoments[])[left, first])
        {
            Assert.Equal(whole.Weight, merged.Weight);
            Assert.Equal(whole.Mean, merged.Mean, 1e-8);
            Assert.Equal(whole.Squares, merged.Squares, 1e-9 * (1 + whole.Squares));
        }
    });

    [Fact]
    public void A_weight_counts_as_repetition_and_what_is_not_finite_is_skipped()
    {
        var (weighted, repeated) = (new RunningMoments(), new RunningMoments());
        foreach (var (value, weight) in ((double, int)[])[(3, 2), (-1, 5), (10, 1)])
        {
            weighted.Add(value, weight);
            for (var i = 0; i < weight; i++) repeated.Add(value);
        }

        weighted.Add(double.NaN);
        weighted.Add(double.PositiveInfinity);
        weighted.Add(5, 0);
        weighted.Add(5, double.NaN);
        Assert.Equal(repeated.Mean, weighted.Mean, 1e-14);
        Assert.Equal(repeated.Variance, weighted.Variance, 1e-13);
    }

    [Fact]
    public void Scaled_values_have_mean_zero_and_deviation_one_and_scalers_of_shards_merge()
    {
        var (whole, left, right) = (new StandardScaler(), new StandardScaler(), new StandardScaler());
        for (var i = 0; i < 1000; i++)
        {
            Feature[] x = i % 7 == 0 ? [new Feature(2, i)] : [new Feature(0, i % 10), new Feature(5, -3 * i)];
            whole.LearnOne(x);
            (i < 300 ? left : right).LearnOne(x);
        }

        left.Merge(right);
        Span<Feature> a = stackalloc Feature[3];
        Span<Feature> b = stackalloc Feature[3];
        Feature[] probe = [new Feature(0, 7), new Feature(5, -600), new Feature(2, 500)];
        Assert.Equal(3, whole.Transform(probe, a));
        left.Transform(probe, b);
        for (var i = 0; i < 3; i++) Assert.Equal(a[i].Value, b[i].Value, 1e-5f);

        var moments = new RunningMoments();
        for (var i = 0; i < 1000; i++)
        {
            if (i % 7 == 0) continue;
            whole.Transform([new Feature(0, i % 10)], a);
            moments.Add(a[0].Value);
        }

        Assert.Equal(0, moments.Mean, 1e-6);
        Assert.Equal(1, moments.Deviation, 1e-6);
    }

    [Fact]
    public void Unseen_constant_missing_and_wild_values_have_defined_answers()
    {
        var scaler = new StandardScaler();
        for (var i = 0; i < 100; i++) scaler.LearnOne([new Feature(0, 5), new Feature(1, i % 2)]);
        Span<Feature> scaled = stackalloc Feature[5];
        Assert.Equal(3, scaler.Transform([new Feature(0, 9), new Feature(9, 1), new Feature(1, float.NaN), new Feature(1, 1e30f), new Feature(-1, 2)], scaled));
        Assert.Equal([new Feature(0, 0), new Feature(9, 0), new Feature(1, StandardScaler.LargestValue)], scaled[..3].ToArray());
    }

    [Fact]
    public void A_scaler_is_restored_to_the_bit()
    {
        var scaler = new StandardScaler();
        for (var i = 0; i < 50; i++) scaler.LearnOne([new Feature(i % 6, i * 0.37f)]);
        var bytes = scaler.ToBytes();
        var reader = new StateReader(bytes);
        Assert.Equal(bytes, StandardScaler.Load(ref reader).ToBytes());
        Assert.Throws<InvalidStateException>(() =>
        {
            var cut = new StateReader(bytes.AsSpan(0, bytes.Length - 1));
            StandardScaler.Load(ref cut);
        });
    }

    private static RunningMoments Of(double[] values)
    {
        var moments = new RunningMoments();
        foreach (var value in values) moments.Add(value);
        return moments;
    }
}
