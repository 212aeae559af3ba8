using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Evaluation;

public sealed class ExperimentTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public void A_confidence_sequence_holds_at_all_times_at_once(double truth)
    {
        var random = new Xoshiro256(51);
        const int runs = 300;
        int missedEver = 0, fixedMissedEver = 0;
        for (var run = 0; run < runs; run++)
        {
            var sequence = new ConfidenceSequence(0.9);
            var mean = new RunningMean();
            bool missed = false, fixedMissed = false;
            for (var i = 0; i < 2_000; i++)
            {
                double value = random.NextDouble() < truth ? 1 : 0;
                sequence.Add(value);
                mean.Add(value);
                missed |= !sequence.Interval.Contains(truth);
                fixedMissed |= i > 20 && !mean.Interval(0.9).Contains(truth);
            }

            missedEver += missed ? 1 : 0;
            fixedMissedEver += fixedMissed ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"missed ever {(double)missedEver / runs:0.000}, fixed-size interval {(double)fixedMissedEver / runs:0.000}");
        // 10 % may miss at some time; looking at a fixed-size interval all the time misses far more often.
        Assert.InRange((double)missedEver / runs, 0, 0.1);
        Assert.True((double)fixedMissedEver / runs > 0.4);
    }

    [Fact]
    public void A_confidence_sequence_narrows_and_the_more_the_smaller_the_variance()
    {
        var random = new Xoshiro256(52);
        ConfidenceSequence rare = new(0.95), even = new(0.95);
        double before = 1;
        for (var i = 0; i < 10_000; i++)
        {
            rare.Add(random.NextDouble() < 0.02 ? 1 : 0);
            even.Add(random.NextDouble() < 0.5 ? 1 : 0);
            Assert.True(even.Interval.Width <= before);
            before = even.Interval.Width;
        }

        Assert.InRange(even.Interval.Width, 0.02, 0.06);
        Assert.True(rare.Interval.Width < even.Interval.Width / 2);
        Assert.True(even.Interval.Contains(0.5) && rare.Interval.Contains(0.02));
    }

    [Fact]
    public void A_confidence_sequence_refuses_what_is_outside_its_range()
    {
        var sequence = new ConfidenceSequence(0.95);
        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.Add(1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.Add(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfidenceSequence(1));
        var unmade = default(ConfidenceSequence);
        Assert.Throws<InvalidOperationException>(() => unmade.Add(0.5));
        Assert.Equal((0, 1), (sequence.Lower, sequence.Upper));
    }

    [Fact]
    public void Sample_ratio_of_the_worked_example_is_a_mismatch()
    {
        Assert.Equal(1.8e-6, SampleRatioTest.PValue([821_588, 815_482], [1, 1]), 0.05e-6);
        Assert.True(SampleRatioTest.AnytimePValue([821_588, 815_482], [1, 1]) < 0.0005);
        Assert.Equal(1, SampleRatioTest.PValue([500, 500], [0.5, 0.5]), 12);
        Assert.Equal(1, SampleRatioTest.AnytimePValue([500, 500], [0.5, 0.5]));
        Assert.Equal(1, SampleRatioTest.PValue([0, 0, 0], [1, 2, 3]));
        Assert.InRange(SampleRatioTest.PValue([10_000_000, 5_000_000], [1, 1]), 0, 1e-300);
    }

    [Fact]
    public void The_anytime_test_keeps_its_promise_under_constant_looking_and_finds_a_real_mismatch()
    {
        var random = new Xoshiro256(53);
        const int runs = 200;
        int falseAlarms = 0, naiveAlarms = 0, found = 0;
        for (var run = 0; run < runs; run++)
        {
            long[] honest = [0, 0], broken = [0, 0];
            double smallest = 1, smallestNaive = 1, smallestBroken = 1;
            for (var i = 0; i < 20_000; i++)
            {
                honest[random.NextInt32(2)]++;
                broken[random.NextDouble() < 0.47 ? 0 : 1]++;
                if (i % 20 != 0) continue;
                smallest = Math.Min(smallest, SampleRatioTest.AnytimePValue(honest, [1, 1]));
                smallestNaive = Math.Min(smallestNaive, SampleRatioTest.PValue(honest, [1, 1]));
                smallestBroken = Math.Min(smallestBroken, SampleRatioTest.AnytimePValue(broken, [1, 1]));
            }

            falseAlarms += smallest < 0.05 ? 1 : 0;
            naiveAlarms += smallestNaive < 0.05 ? 1 : 0;
            found += smallestBroken < 0.05 ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"false alarms {(double)falseAlarms / runs:0.000}, of the test for one look {(double)naiveAlarms / runs:0.000}, found {found}/{runs}");
        // 5 % promised; the standard error over 200 runs is 1.5 points.
        Assert.InRange((double)falseAlarms / runs, 0, 0.085);
        Assert.True((double)naiveAlarms / runs > 0.25);
        Assert.Equal(runs, found);
    }

    [Fact]
    public void Groups_that_make_no_experiment_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SampleRatioTest.PValue([1], [1]));
        Assert.Throws<ArgumentException>(() => SampleRatioTest.PValue([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => SampleRatioTest.PValue([1, -2], [1, 1]));
        Assert.Throws<ArgumentException>(() => SampleRatioTest.AnytimePValue([1, 2], [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SampleRatioTest.AnytimePValue([1, 2], [1, 1], 0));
    }
}
