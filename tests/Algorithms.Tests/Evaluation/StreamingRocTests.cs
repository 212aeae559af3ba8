using CsCheck;
using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class StreamingRocTests
{
    [Fact]
    public void The_exact_area_lies_within_the_stated_error_and_shards_merge() =>
        Gen.Select(Gen.Select(Gen.Double[0, 1], Gen.Bool).Array[2, 60], Gen.Int[2, 50]).Sample((cases, bins) =>
        {
            StreamingRoc whole = new(bins), first = new(bins), second = new(bins);
            for (var i = 0; i < cases.Length; i++)
            {
                whole.Add(cases[i].Item1, cases[i].Item2);
                (i % 3 == 0 ? first : second).Add(cases[i].Item1, cases[i].Item2);
            }

            first.Merge(second);
            var exact = RocCurve.Create([.. cases.Select(c => c.Item1)], [.. cases.Select(c => c.Item2)]).Area;
            Assert.Equal(whole.Area, first.Area);
            if (double.IsNaN(exact)) Assert.True(double.IsNaN(whole.Area));
            else Assert.InRange(exact, whole.Area - whole.LargestError - 1e-12, whole.Area + whole.LargestError + 1e-12);
        });

    [Fact]
    public void Its_interval_is_close_to_delongs()
    {
        var random = new Xoshiro256(71);
        var roc = new StreamingRoc();
        double[] scores = new double[4_000];
        var labels = new bool[scores.Length];
        for (var i = 0; i < scores.Length; i++)
        {
            labels[i] = random.NextInt32(4) == 0;
            scores[i] = 1 / (1 + Math.Exp(-random.NextGaussian() - (labels[i] ? 1 : 0)));
            roc.Add(scores[i], labels[i]);
        }

        var exact = RocCurve.Create(scores, labels).AreaInterval();
        var streamed = roc.AreaInterval();
        Assert.Equal(exact.Estimate, streamed.Estimate, 1e-3);
        Assert.InRange(streamed.Width / exact.Width, 0.85, 1.25);
    }

    [Fact]
    public void One_class_only_is_unknown_and_other_input_refused()
    {
        var roc = new StreamingRoc();
        roc.Add(0.3, true);
        Assert.True(double.IsNaN(roc.Area) && double.IsNaN(roc.AreaInterval().Estimate));
        Assert.Throws<ArgumentOutOfRangeException>(() => roc.Add(double.NaN, true));
        Assert.Throws<ArgumentException>(() => roc.Merge(new StreamingRoc(7)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamingRoc(1));
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var roc = new StreamingRoc();
        roc.Add(0.5, true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) roc.Add(i / 1000.0, i % 2 == 0);
        _ = roc.AreaInterval();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
