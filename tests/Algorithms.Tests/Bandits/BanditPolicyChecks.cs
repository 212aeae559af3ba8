using CsCheck;
using MathNet.Numerics.Distributions;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Bandits;

/// <summary>What every bandit policy must keep: one suite, run for each by a subclass that makes the policy and the model it reads.</summary>
public abstract class BanditPolicyChecks
{
    protected const int Dimension = 6;

    protected abstract (IBanditPolicy Policy, IRewardModel? Model) Create(double epsilon);

    [Fact]
    public void Probabilities_sum_to_one_and_none_is_below_epsilon_over_K() =>
        Gen.Select(Gen.Int[1, 60], Gen.Double[0, 1], Gen.ULong).Sample(
            (count, epsilon, seed) =>
            {
                var (policy, model) = Create(epsilon);
                Teach(model, 40, seed);
                var random = new Xoshiro256(seed);
                var rows = Rows(count, ref random);
                var pi = new double[count + 3];
                pi.AsSpan(count).Fill(-7);
                policy.Distribute(new ActionSet(rows, Dimension), ref random, pi);
                Assert.Equal(1, pi.Take(count).Sum(), 1e-12);
                Assert.All(pi.Take(count), p => Assert.True(p >= policy.Epsilon / count * (1 - 1e-12) && p <= 1 + 1e-12, $"{p} with ε/K = {policy.Epsilon / count}"));
                Assert.All(pi.Skip(count), p => Assert.Equal(-7, p));
            },
            iter: 150);

    [Fact]
    public void The_same_seed_gives_the_same_distribution_and_the_same_draw()
    {
        var (policy, model) = Create(0.1);
        Teach(model, 60, 1);
        var generator = new Xoshiro256(9);
        var rows = Rows(30, ref generator);
        var (first, second) = (new double[30], new double[30]);
        var a = DecisionRandom.For(1, 2, 3);
        var b = DecisionRandom.For(1, 2, 3);
        policy.Distribute(new ActionSet(rows, Dimension), ref a, first);
        policy.Distribute(new ActionSet(rows, Dimension), ref b, second);
        Assert.Equal(first, second);
        Assert.Equal(Exploration.Draw(first, ref a), Exploration.Draw(second, ref b));
    }

    [Fact]
    public void Actions_are_drawn_as_often_as_the_distribution_says()
    {
        const int count = 12;
        const int draws = 60_000;
        var (policy, model) = Create(0.2);
        Teach(model, 60, 2);
        var random = new Xoshiro256(11);
        var pi = new double[count];
        policy.Distribute(new ActionSet(Rows(count, ref random), Dimension), ref random, pi);
        var seen = new int[count];
        for (var i = 0; i < draws; i++) seen[Exploration.Draw(pi, ref random)]++;
        var (statistic, cells) = (0.0, 0);
        for (var i = 0; i < count; i++)
        {
            if (pi[i] == 0)
            {
                Assert.Equal(0, seen[i]);
                continue;
            }

            var expected = draws * pi[i];
            statistic += (seen[i] - expected) * (seen[i] - expected) / expected;
            cells++;
        }

        // One in ten thousand by chance, and the seed is fixed: a failure is a fault.
        if (cells > 1) Assert.True(statistic < ChiSquared.InvCDF(cells - 1, 0.9999), $"χ² = {statistic:F1} with {cells - 1} degrees of freedom");
    }

    [Fact]
    public void Choosing_changes_nothing_in_the_model()
    {
        var (policy, model) = Create(0.1);
        if (model is null) return;
        Teach(model, 50, 3);
        var before = Bytes(model);
        var random = new Xoshiro256(4);
        for (var i = 0; i < 50; i++) policy.Distribute(new ActionSet(Rows(25, ref random), Dimension), ref random, new double[25]);
        Assert.Equal(before, Bytes(model));
    }

    [Fact]
    public void One_eligible_action_is_certain()
    {
        var (policy, _) = Create(0.3);
        var random = new Xoshiro256(4);
        var pi = new double[1];
        policy.Distribute(new ActionSet(Rows(1, ref random), Dimension), ref random, pi);
        Assert.Equal(1, pi[0], 1e-15);
    }

    [Fact]
    public void Equal_actions_share_the_probability_in_the_long_run()
    {
        var (policy, model) = Create(0);
        Teach(model, 30, 5);
        double[] rows = [.. Enumerable.Repeat(new[] { 1.0, 0.2, -0.1, 0.4, 0, 0.3 }, 4).SelectMany(row => row)];
        var pi = new double[4];
        var sum = new double[4];
        for (var seed = 0UL; seed < 400; seed++)
        {
            var random = new Xoshiro256(seed);
            policy.Distribute(new ActionSet(rows, Dimension), ref random, pi);
            for (var i = 0; i < 4; i++) sum[i] += pi[i] / 400;
        }

        Assert.All(sum, share => Assert.Equal(0.25, share, 0.02));
    }

    [Fact]
    public void Ineligible_rows_take_no_part()
    {
        var (policy, model) = Create(0.1);
        Teach(model, 60, 6);
        var random = new Xoshiro256(8);
        var rows = Rows(40, ref random);
        int[] eligible = [3, 17, 18, 30];
        var compact = eligible.SelectMany(row => rows[(row * Dimension)..((row + 1) * Dimension)]).ToArray();
        var (viewed, copied) = (new double[4], new double[4]);
        var (a, b) = (new Xoshiro256(1), new Xoshiro256(1));
        policy.Distribute(new ActionSet(rows, Dimension).Only(eligible), ref a, viewed);
        policy.Distribute(new ActionSet(compact, Dimension), ref b, copied);
        Assert.Equal(copied, viewed);
    }

    [Fact]
    public void A_slate_has_no_repeats_and_its_propensity_is_the_product_of_its_slots()
    {
        var (policy, model) = Create(0.2);
        Teach(model, 60, 7);
        for (var seed = 0UL; seed < 200; seed++)
        {
            var random = new Xoshiro256(seed);
            var rows = Rows(8, ref random);
            var chosen = new int[4];
            var propensities = new double[4];
            var product = Slate.Choose(policy, new ActionSet(rows, Dimension), ref random, chosen, propensities);
            Assert.Equal(4, chosen.Distinct().Count());
            Assert.All(chosen, row => Assert.InRange(row, 0, 7));
            for (var slot = 0; slot < 4; slot++) Assert.InRange(propensities[slot], policy.Epsilon / (8 - slot) * (1 - 1e-12), 1 + 1e-12);
            Assert.Equal(propensities.Aggregate(1.0, (p, q) => p * q), product, 1e-15);
        }
    }

    [Fact]
    public void Neither_choosing_nor_learning_allocates()
    {
        var (policy, model) = Create(0.1);
        Teach(model, 60, 8);
        var random = new Xoshiro256(5);
        var rows = Rows(300, ref random);
        var pi = new double[300];
        var chosen = new int[3];
        var propensities = new double[3];
        for (var i = 0; i < 40; i++) Round(ref random);
        Assert.Equal(0, Allocation.Least(() => Round(ref random)));

        void Round(ref Xoshiro256 random)
        {
            var actions = new ActionSet(rows, Dimension);
            policy.Distribute(actions, ref random, pi);
            var action = Exploration.Draw(pi, ref random);
            Slate.Choose(policy, actions, ref random, chosen, propensities);
            model?.RecordDecision(actions.Features(action));
            model?.RecordReward(actions.Features(action), action % 2);
        }
    }

    [Fact]
    public void It_prefers_the_action_that_it_has_seen_rewarded()
    {
        var (policy, model) = Create(0.1);
        if (model is null) return;
        double[] good = [1, 1, 0, 0, 0, 0];
        double[] bad = [1, 0, 1, 0, 0, 0];
        for (var i = 0; i < 300; i++)
        {
            model.RecordDecision(good);
            model.RecordReward(good, i % 10 < 8 ? 1 : 0);
            model.RecordDecision(bad);
            model.RecordReward(bad, i % 10 < 2 ? 1 : 0);
        }

        var random = new Xoshiro256(1);
        var pi = new double[2];
        policy.Distribute(new ActionSet([.. bad, .. good], Dimension), ref random, pi);
        Assert.True(pi[1] > 0.7, $"π = {pi[1]:F3}");

        // A worth of twenty turns the order round: what counts is worth times reward.
        policy.Distribute(new ActionSet([.. bad, .. good], Dimension, [20, 1]), ref random, pi);
        Assert.True(pi[0] > 0.5, $"π = {pi[0]:F3}");
    }

    protected static double[] Rows(int count, ref Xoshiro256 random)
    {
        var rows = new double[count * Dimension];
        for (var i = 0; i < rows.Length; i++) rows[i] = i % Dimension == 0 ? 1 : random.NextGaussian() / 2;
        return rows;
    }

    protected static void Teach(IRewardModel? model, int count, ulong seed)
    {
        if (model is null) return;
        var random = new Xoshiro256(seed, 99);
        for (var i = 0; i < count; i++)
        {
            var x = Rows(1, ref random);
            model.RecordDecision(x);
            model.RecordReward(x, random.NextDouble() < 0.5 + 0.3 * Math.Tanh(x[1] - x[2]) ? 1 : 0);
        }
    }

    private static byte[] Bytes(IRewardModel model) => Personalization.Algorithms.State.StatefulExtensions.ToBytes(model);
}
