using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Bandits;

public sealed class ExplorationTests
{
    [Fact]
    public void Inverse_gap_weighting_is_the_one_worked_by_hand()
    {
        double[] scores = [0.5, 0.3];
        Exploration.InverseGapWeighting(scores, 10);
        Assert.Equal(0.75, scores[0], 1e-15);
        Assert.Equal(0.25, scores[1], 1e-15);
    }

    [Fact]
    public void Epsilon_greedy_splits_the_greedy_share_among_ties()
    {
        double[] scores = [2, 1, 2, 0];
        Exploration.EpsilonGreedy(scores, 0.2);
        Assert.Equal([0.45, 0.05, 0.45, 0.05], scores.Select(p => Math.Round(p, 12)));
    }

    [Fact]
    public void Softmax_of_huge_scores_does_not_overflow()
    {
        double[] scores = [1e8, 1e8 - 1, -1e9];
        Exploration.Softmax(scores, 1);
        Assert.Equal(1 / (1 + Math.Exp(-1)), scores[0], 1e-9);
        Assert.Equal(0, scores[2]);
    }

    [Fact]
    public void A_draw_never_lands_on_an_action_without_probability_even_at_the_end()
    {
        var random = new Xoshiro256(1);
        // Short of one by more than rounding: the missing mass goes to the last action that can be drawn.
        for (var i = 0; i < 1000; i++) Assert.Equal(1, Exploration.Draw([0, 0.999, 0], ref random));
        Assert.Throws<ArgumentException>(() =>
        {
            var other = new Xoshiro256(1);
            Exploration.Draw([0, 0], ref other);
        });
    }

    [Fact]
    public void Thompson_shortlists_twenty_and_leaves_the_others_the_floor()
    {
        var model = new LinearPosterior(2, 10);
        var rows = new double[100 * 2];
        for (var i = 0; i < 100; i++)
        {
            rows[2 * i] = 1;
            rows[2 * i + 1] = i / 100.0;
        }

        for (var i = 0; i < 2000; i++)
        {
            model.RecordDecision([1, 1]);
            model.RecordReward([1, 1], 1);
            model.RecordDecision([1, 0]);
        }

        var pi = new double[100];
        var random = new Xoshiro256(6);
        ThompsonSampling.Distribute(model, new ActionSet(rows, 2), 1, 0.1, ref random, pi);
        Assert.Equal(1, pi.Sum(), 1e-12);
        for (var i = 0; i < 80; i++) Assert.Equal(0.001, pi[i], 1e-15);
        Assert.True(pi[99] > 0.5);

        // Frequencies are multiples of 1/32.
        foreach (var p in pi[80..]) Assert.Equal(0, (p - 0.001) / 0.9 * 32 % 1, 1e-9);
    }

    [Fact]
    public void Drawing_scores_of_independent_actions_is_drawing_their_coefficients()
    {
        // Four actions with a block of two coefficients each: one posterior over all eight, or a mean and a deviation each.
        var joint = new LinearPosterior(8, 2);
        double[] x = [1, 0.5];
        var rows = new double[4 * 8];
        var learned = new Xoshiro256(8);
        for (var a = 0; a < 4; a++)
        {
            x.CopyTo(rows, 8 * a + 2 * a);
            for (var i = 0; i < 10 + 5 * a; i++)
            {
                var row = new double[8];
                (row[2 * a], row[2 * a + 1]) = (1, learned.NextDouble());
                joint.RecordDecision(row);
                joint.RecordReward(row, learned.NextDouble() < 0.3 ? 1 : 0);
            }
        }

        double[] means = new double[4], deviations = new double[4], worth = [1, 2, 1.5, 1];
        for (var a = 0; a < 4; a++)
        {
            means[a] = joint.Score(rows.AsSpan(8 * a, 8));
            deviations[a] = 0.4 * Math.Sqrt(joint.ScoreVariance(rows.AsSpan(8 * a, 8)));
        }

        double[] one = new double[4], other = new double[4], pi = new double[4];
        const int Choices = 3000;
        for (var i = 0; i < Choices; i++)
        {
            var random = DecisionRandom.For(1, 2, (ulong)i);
            ThompsonSampling.Distribute(joint, new ActionSet(rows, 8, worth), 0.4, 0.1, ref random, pi);
            for (var a = 0; a < 4; a++) one[a] += pi[a] / Choices;
            random = DecisionRandom.For(3, 4, (ulong)i);
            ThompsonSampling.Distribute(means, deviations, worth, RewardLink.Identity, 0.1, ref random, pi);
            Assert.Equal(1, pi.Sum(), 1e-12);
            for (var a = 0; a < 4; a++) other[a] += pi[a] / Choices;
        }

        // 96,000 draws a side: a standard error of a difference is at most .0023.
        for (var a = 0; a < 4; a++) Assert.Equal(one[a], other[a], 0.01);
    }

    [Fact]
    public void Decisions_customers_and_seeds_have_generators_of_their_own()
    {
        var seen = new HashSet<ulong>();
        for (var seed = 0UL; seed < 10; seed++)
        {
            for (var customer = 0UL; customer < 10; customer++)
            {
                for (var decision = 0UL; decision < 10; decision++)
                {
                    var random = DecisionRandom.For(seed, customer, decision);
                    Assert.True(seen.Add(random.NextUInt64()));
                }
            }
        }
    }

    [Fact]
    public void A_slate_cannot_have_more_slots_than_actions()
    {
        Assert.Throws<ArgumentException>(() =>
        {
            var random = new Xoshiro256(1);
            Slate.Choose(new UniformPolicy(), new ActionSet([1, 1], 1), ref random, new int[3], new double[3]);
        });
    }

    [Fact]
    public void The_conditional_propensities_of_a_uniform_slate_are_one_over_what_is_left()
    {
        var random = new Xoshiro256(1);
        var chosen = new int[3];
        var propensities = new double[3];
        var slate = Slate.Choose(new UniformPolicy(), new ActionSet([1, 1, 1, 1, 1], 1), ref random, chosen, propensities);
        Assert.Equal([1.0 / 5, 1.0 / 4, 1.0 / 3], propensities);
        Assert.Equal(1.0 / 60, slate, 1e-15);
    }

    [Fact]
    public void Rows_that_are_not_finite_or_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ActionSet([1, double.NaN], 2).Count);
        Assert.Throws<ArgumentException>(() => new ActionSet([1, double.NegativeInfinity], 2).Count);
        Assert.Throws<ArgumentException>(() => new ActionSet([1, 2, 3], 2).Count);
        Assert.Throws<ArgumentException>(() => new ActionSet([], 2).Count);
        Assert.Throws<ArgumentException>(() => new ActionSet([1, 2], 1, [1]).Count);
        Assert.Throws<ArgumentException>(() => new ActionSet([1, 2], 1, [1, 0]).Count);
        Assert.Throws<ArgumentException>(() => new ActionSet([1, 2], 1).Only([]).Count);
    }
}
