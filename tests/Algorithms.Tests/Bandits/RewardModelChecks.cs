using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Tests.Bandits;

/// <summary>What every reward model must keep: one suite, run for each by a subclass that makes the model and, where merging is promised, merges.</summary>
public abstract class RewardModelChecks
{
    protected const int Dimension = 5;

    protected abstract IRewardModel Create();

    /// <summary>Adds <paramref name="other"/> to <paramref name="model"/>; false where merging is not promised.</summary>
    protected abstract bool Merge(IRewardModel model, IRewardModel other);

    [Fact]
    public void Saved_and_restored_it_goes_on_bit_for_bit_as_the_original()
    {
        var original = Taught(Create(), 0, 200);
        var bytes = original.ToBytes();
        var reader = new StateReader(bytes);
        var restored = RewardModels.Load(ref reader);
        Assert.Equal(0, reader.Remaining);
        Taught(original, 200, 300);
        Taught(restored, 200, 300);
        Assert.Equal(original.ToBytes(), restored.ToBytes());
        var (a, b) = (new Xoshiro256(1), new Xoshiro256(1));
        var (first, second) = (new double[Dimension], new double[Dimension]);
        original.Sample(ref a, 1, first);
        restored.Sample(ref b, 1, second);
        Assert.Equal(first, second);
    }

    [Fact]
    public void Bytes_cut_short_are_refused()
    {
        var bytes = Taught(Create(), 0, 20).ToBytes();
        for (var length = 0; length < bytes.Length; length += 7)
        {
            var part = bytes[..length];
            Assert.Throws<InvalidStateException>(() =>
            {
                var reader = new StateReader(part);
                RewardModels.Load(ref reader);
            });
        }
    }

    [Fact]
    public void Shards_on_a_grid_of_binary_fractions_merge_to_the_bit()
    {
        // Products of multiples of 1/8 sum without rounding, so that what is tested is the addition and not its rounding.
        var (whole, left, right) = (Create(), Create(), Create());
        var random = new Xoshiro256(3);
        for (var i = 0; i < 400; i++)
        {
            var x = new double[Dimension];
            for (var j = 0; j < Dimension; j++) x[j] = random.NextInt32(17) / 8.0 - 1;
            var reward = random.NextInt32(9) / 8.0;
            var shard = i % 3 == 0 ? left : right;
            foreach (var model in (IRewardModel[])[whole, shard])
            {
                model.RecordDecision(x);
                model.RecordReward(x, reward);
            }
        }

        if (!Merge(left, right)) return;

        // The factor is recomputed by a merge, so the whole is brought to the same canonical form by merging nothing into it.
        Assert.True(Merge(whole, Create()));
        Assert.Equal(whole.ToBytes(), left.ToBytes());
    }

    [Fact]
    public void Shards_merge_to_the_whole_within_rounding_in_either_order()
    {
        var whole = Taught(Create(), 0, 300);
        var (a, b) = (Taught(Create(), 0, 120), Taught(Create(), 120, 300));
        var (c, d) = (Taught(Create(), 0, 120), Taught(Create(), 120, 300));
        if (!Merge(a, b)) return;
        Merge(d, c);
        var random = new Xoshiro256(8);
        for (var i = 0; i < 50; i++)
        {
            var x = Features(ref random);
            Assert.Equal(whole.Score(x), a.Score(x), 1e-10);
            Assert.Equal(whole.ScoreVariance(x), a.ScoreVariance(x), 1e-10);
            Assert.Equal(a.Score(x), d.Score(x), 1e-12);
        }
    }

    [Fact]
    public void Samples_have_the_mean_and_variance_that_it_states()
    {
        var model = Taught(Create(), 0, 60);
        var random = new Xoshiro256(5);
        var x = Features(ref random);
        var coefficients = new double[Dimension];
        var (sum, squares) = (0.0, 0.0);
        const int draws = 40_000;
        for (var i = 0; i < draws; i++)
        {
            model.Sample(ref random, 1, coefficients);
            var score = 0.0;
            for (var j = 0; j < Dimension; j++) score += x[j] * coefficients[j];
            sum += score;
            squares += (score - model.Score(x)) * (score - model.Score(x));
        }

        var variance = model.ScoreVariance(x);
        Assert.Equal(model.Score(x), sum / draws, 5 * Math.Sqrt(variance / draws));
        Assert.Equal(1, squares / draws / variance, 5 * Math.Sqrt(2.0 / draws));
    }

    [Fact]
    public void Uncertainty_falls_where_it_has_looked_and_never_rises()
    {
        var model = Create();
        var random = new Xoshiro256(6);
        var probes = Enumerable.Range(0, 10).Select(_ => Features(ref random)).ToArray();
        var before = probes.Select(x => model.ScoreVariance(x)).ToArray();
        for (var i = 0; i < 200; i++)
        {
            var x = Features(ref random);
            model.RecordDecision(x);
            model.RecordReward(x, i % 2);
            for (var j = 0; j < probes.Length; j++)
            {
                var now = model.ScoreVariance(probes[j]);
                Assert.True(now <= before[j] * (1 + 1e-9), $"variance rose from {before[j]} to {now}");
                before[j] = now;
            }
        }

        Assert.All(before, variance => Assert.True(variance < 0.5));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e10)]
    public void Features_and_rewards_out_of_range_throw_and_change_nothing(double bad)
    {
        var model = Taught(Create(), 0, 30);
        var before = model.ToBytes();
        Assert.ThrowsAny<ArgumentException>(() => model.RecordDecision([1, 0, 0, 0, bad]));
        Assert.ThrowsAny<ArgumentException>(() => model.RecordReward([1, 0, 0, 0, bad], 1));
        Assert.ThrowsAny<ArgumentException>(() => model.RecordReward([1, 0, 0, 0, 0], bad));
        Assert.ThrowsAny<ArgumentException>(() => model.RecordDecision([1, 0]));
        Assert.Equal(before, model.ToBytes());
    }

    [Fact]
    public void The_largest_values_leave_it_finite()
    {
        var model = Create();
        double[] x = [1e9, -1e9, 1e9, 1e-9, 0];
        for (var i = 0; i < 20; i++)
        {
            model.RecordDecision(x);
            model.RecordReward(x, i % 2);
        }

        Assert.True(double.IsFinite(model.Score(x)));
        Assert.True(double.IsFinite(model.ScoreVariance(x)));
        Assert.True(double.IsFinite(model.ScoreVariance([1, 1, 1, 1, 1])));
    }

    protected static IRewardModel Taught(IRewardModel model, int from, int to)
    {
        var random = new Xoshiro256(17);
        for (var i = 0; i < to; i++)
        {
            var x = Features(ref random);
            var reward = random.NextDouble() < 0.5 + 0.4 * Math.Tanh(x[1] + 0.5 * x[2]) ? 1 : 0;
            if (i < from) continue;
            model.RecordDecision(x);
            model.RecordReward(x, reward);
        }

        return model;
    }

    protected static double[] Features(ref Xoshiro256 random)
    {
        var x = new double[Dimension];
        x[0] = 1;
        for (var j = 1; j < Dimension; j++) x[j] = random.NextGaussian();
        return x;
    }
}

public sealed class LinearPosteriorChecks : RewardModelChecks
{
    protected override IRewardModel Create() => new LinearPosterior(Dimension);

    protected override bool Merge(IRewardModel model, IRewardModel other)
    {
        ((LinearPosterior)model).Merge((LinearPosterior)other);
        return true;
    }
}

public sealed class DiagonalLinearPosteriorChecks : RewardModelChecks
{
    protected override IRewardModel Create() => new DiagonalLinearPosterior(Dimension);

    protected override bool Merge(IRewardModel model, IRewardModel other)
    {
        ((DiagonalLinearPosterior)model).Merge((DiagonalLinearPosterior)other);
        return true;
    }
}

public sealed class LogisticPosteriorChecks : RewardModelChecks
{
    protected override IRewardModel Create() => new LogisticPosterior(Dimension);

    protected override bool Merge(IRewardModel model, IRewardModel other) => false;
}

public sealed class DiagonalLogisticPosteriorChecks : RewardModelChecks
{
    protected override IRewardModel Create() => new DiagonalLogisticPosterior(Dimension);

    protected override bool Merge(IRewardModel model, IRewardModel other) => false;
}
