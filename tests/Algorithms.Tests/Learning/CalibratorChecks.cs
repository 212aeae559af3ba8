using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Learning;

/// <summary>What every calibrator must keep: one suite, run for each by a subclass that makes and restores it.</summary>
public abstract class CalibratorChecks
{
    protected abstract ICalibrator Create();

    protected abstract ICalibrator Load(byte[] bytes);

    [Fact]
    public void Untaught_it_is_the_identity()
    {
        foreach (var p in (double[])[0.001, 0.2, 0.5, 0.99]) Assert.Equal(p, Create().Calibrate(p), 1e-12);
        Assert.InRange(Create().Calibrate(0), double.Epsilon, 1e-4);
        Assert.InRange(Create().Calibrate(1), 1 - 1e-4, 1 - 1e-16);
    }

    [Fact]
    public void It_mends_an_overconfident_learner()
    {
        // The learner's log odds are twice what they should be, and shifted.
        var calibrator = Create();
        var random = new Xoshiro256(1);
        var (before, after) = (0.0, 0.0);
        for (var i = 0; i < 30_000; i++)
        {
            var truth = Logistic.Sigmoid(1.2 * random.NextGaussian() - 1);
            var said = Logistic.Sigmoid(2 * Logistic.Logit(truth) + 0.7);
            if (i >= 20_000)
            {
                before += Math.Abs(said - truth) / 10_000;
                after += Math.Abs(calibrator.Calibrate(said) - truth) / 10_000;
            }

            calibrator.LearnOne(said, random.NextDouble() < truth ? 1 : 0);
        }

        Assert.True(before > 0.08, $"{before}");
        Assert.True(after < 0.015, $"mean error {before:F4} before, {after:F4} after");
    }

    [Fact]
    public void It_never_falls_and_stays_inside_zero_and_one()
    {
        var calibrator = Create();
        var random = new Xoshiro256(2);
        for (var i = 0; i < 3_000; i++) calibrator.LearnOne(random.NextDouble(), random.NextInt32(2), 0.1 + random.NextDouble());
        var last = 0.0;
        for (var i = 0; i <= 1000; i++)
        {
            var p = calibrator.Calibrate(i / 1000.0);
            Assert.True(p >= last - 1e-15 && p is > 0 and < 1, $"{p} after {last}");
            last = p;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_class_only_is_no_proof_of_certainty(int target)
    {
        var calibrator = Create();
        for (var i = 0; i < 2_000; i++) calibrator.LearnOne(0.3, target);

        // A sequential Laplace belief grows stiff on the way, so that Platt stops a little short.
        Assert.InRange(Math.Abs(calibrator.Calibrate(0.3) - target), 1e-6, 0.1);
    }

    [Fact]
    public void Numbers_out_of_range_throw_and_change_nothing()
    {
        var calibrator = Create();
        for (var i = 0; i < 100; i++) calibrator.LearnOne(0.1 + 0.008 * i, i % 2);
        var before = calibrator.ToBytes();
        foreach (var bad in (double[])[double.NaN, -0.1, 1.1])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => calibrator.LearnOne(bad, 1));
            Assert.Throws<ArgumentOutOfRangeException>(() => calibrator.LearnOne(0.5, bad));
            Assert.Throws<ArgumentOutOfRangeException>(() => calibrator.Calibrate(bad));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => calibrator.LearnOne(0.5, 1, 0));
        Assert.Equal(before, calibrator.ToBytes());
    }

    [Fact]
    public void Saved_and_restored_it_goes_on_bit_for_bit()
    {
        var original = Create();
        var random = new Xoshiro256(3);
        for (var i = 0; i < 700; i++) original.LearnOne(random.NextDouble(), random.NextInt32(2));
        var restored = Load(original.ToBytes());
        for (var i = 0; i < 700; i++)
        {
            var (p, y) = (random.NextDouble(), random.NextInt32(2));
            Assert.Equal(original.Calibrate(p), restored.Calibrate(p));
            original.LearnOne(p, y);
            restored.LearnOne(p, y);
        }

        Assert.Equal(original.ToBytes(), restored.ToBytes());
    }

    [Fact]
    public void Neither_calibrating_nor_learning_allocates()
    {
        var calibrator = Create();
        for (var i = 0; i < 3_000; i++) calibrator.LearnOne(i % 100 / 100.0, i % 2);
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var i = 0; i < 2_000; i++) calibrator.LearnOne(calibrator.Calibrate(i % 100 / 100.0), i % 2);
        }));
    }
}

public sealed class PlattCalibratorChecks : CalibratorChecks
{
    protected override ICalibrator Create() => new PlattCalibrator();

    protected override ICalibrator Load(byte[] bytes)
    {
        var reader = new StateReader(bytes);
        return PlattCalibrator.Load(ref reader);
    }
}

public sealed class IsotonicCalibratorChecks : CalibratorChecks
{
    protected override ICalibrator Create() => new IsotonicCalibrator();

    protected override ICalibrator Load(byte[] bytes)
    {
        var reader = new StateReader(bytes);
        return IsotonicCalibrator.Load(ref reader);
    }

    [Fact]
    public void Shards_merge_exactly()
    {
        var (whole, left, right) = (new IsotonicCalibrator(), new IsotonicCalibrator(), new IsotonicCalibrator());
        for (var i = 0; i < 2_000; i++)
        {
            var (p, y) = (i * 37 % 1000 / 1000.0, i * 37 % 1000 > i * 7919 % 1000 ? 1 : 0);
            whole.LearnOne(p, y);
            (i % 3 == 0 ? left : right).LearnOne(p, y);
        }

        left.Merge(right);
        whole.Fit();
        Assert.Equal(whole.ToBytes(), left.ToBytes());
    }
}
