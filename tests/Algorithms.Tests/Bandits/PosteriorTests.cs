using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Bandits;

public sealed class PosteriorTests
{
    [Fact]
    public void The_linear_posterior_of_one_decision_is_the_one_worked_by_hand()
    {
        var posterior = new LinearPosterior(2);
        posterior.RecordDecision([1, 0]);
        posterior.RecordReward([1, 0], 1);
        Assert.Equal(0.5, posterior.Mean[0], 1e-15);
        Assert.Equal(0, posterior.Mean[1]);
        Assert.Equal(0.5, posterior.ScoreVariance([1, 0]), 1e-15);
        Assert.Equal(1, posterior.ScoreVariance([0, 1]), 1e-15);
    }

    [Fact]
    public void Rewards_may_come_late_and_in_any_order()
    {
        var (prompt, late) = (new LinearPosterior(3), new LinearPosterior(3));
        var random = new Xoshiro256(1);
        var log = new List<(double[] X, double R)>();
        for (var i = 0; i < 100; i++) log.Add(([1, random.NextGaussian(), random.NextGaussian()], random.NextInt32(2)));
        foreach (var (x, r) in log)
        {
            prompt.RecordDecision(x);
            prompt.RecordReward(x, r);
        }

        foreach (var (x, _) in log) late.RecordDecision(x);
        foreach (var (x, r) in Enumerable.Reverse(log)) late.RecordReward(x, r);
        for (var j = 0; j < 3; j++) Assert.Equal(prompt.Mean[j], late.Mean[j], 1e-12);
    }

    [Fact]
    public void Positives_at_once_and_negatives_never_recorded_do_not_bias_a_linear_model()
    {
        var posterior = new LinearPosterior(1, 1e-6);
        for (var i = 0; i < 1000; i++)
        {
            posterior.RecordDecision([1]);
            if (i % 4 == 0) posterior.RecordReward([1], 1);
        }

        Assert.Equal(0.25, posterior.Score([1]), 1e-6);
    }

    [Fact]
    public void Always_on_features_share_a_reward_instead_of_each_taking_it_whole()
    {
        const int m = 6;
        var posterior = new DiagonalLinearPosterior(m, 1e-9);
        double[] x = [.. Enumerable.Repeat(1.0, m)];
        for (var i = 0; i < 200; i++)
        {
            posterior.RecordDecision(x);
            posterior.RecordReward(x, i % 5 == 0 ? 1 : 0);
        }

        // The plain diagonal, Σxᵢ², would say m · 0.2 with a variance of m/200.
        Assert.Equal(0.2, posterior.Score(x), 1e-9);
        Assert.Equal(1.0 / 200, posterior.ScoreVariance(x), 1e-9);
    }

    [Fact]
    public void A_one_event_logistic_step_is_the_mode_of_prior_times_likelihood()
    {
        var posterior = new LogisticPosterior(3, 2);
        double[] x = [1, -0.5, 2];
        posterior.RecordDecision(x);
        posterior.RecordReward(x, 1);
        var mode = posterior.Mean;

        // The gradient of ½λ|θ|² − log σ(x·θ) vanishes at the mode.
        var residual = 1 - Logistic.Sigmoid(posterior.Score(x));
        for (var j = 0; j < 3; j++) Assert.Equal(2 * mode[j], residual * x[j], 1e-10);
    }

    [Fact]
    public void The_full_logistic_posterior_tends_to_the_maximum_likelihood_fit()
    {
        var posterior = new LogisticPosterior(3, 1e-2);
        var random = new Xoshiro256(7);
        double[] truth = [-1, 0.8, -0.5];
        for (var i = 0; i < 40_000; i++)
        {
            double[] x = [1, random.NextGaussian(), random.NextGaussian()];
            var score = truth[0] + truth[1] * x[1] + truth[2] * x[2];
            posterior.RecordReward(x, random.NextDouble() < Logistic.Sigmoid(score) ? 1 : 0);
        }

        // Standard errors are about .015.
        for (var j = 0; j < 3; j++) Assert.Equal(truth[j], posterior.Mean[j], 0.06);
    }

    [Fact]
    public void A_customer_without_decisions_is_the_prior_and_with_many_is_itself()
    {
        double[] mean = [0.1, 0.2];
        double[] precision = [50, 50];
        var customer = new DiagonalStatistics(2);
        Span<double> combinedMean = stackalloc double[2];
        Span<double> combinedPrecision = stackalloc double[2];
        var fresh = new CombinedPosterior(mean, precision, customer, RewardLink.Identity, combinedMean, combinedPrecision);
        Assert.Equal(mean, fresh.Mean.ToArray());
        Assert.Equal(precision, fresh.Precision.ToArray());

        for (var i = 0; i < 5_000; i++)
        {
            customer.RecordDecision([0, 1]);
            customer.RecordReward([0, 1], i % 2, priorPrediction: 0.2);
        }

        var settled = new CombinedPosterior(mean, precision, customer, RewardLink.Identity, combinedMean, combinedPrecision);
        Assert.Equal(0.1, settled.Score([1, 0]), 1e-12);
        Assert.Equal(0.5, settled.Score([0, 1]), 0.01);
    }

    [Fact]
    public void A_new_prior_moves_every_customer_without_touching_its_statistics()
    {
        var customer = new DiagonalStatistics(1);
        for (var i = 0; i < 10; i++)
        {
            customer.RecordDecision([1]);
            customer.RecordReward([1], 1, priorPrediction: 0.3);
        }

        Span<double> mean = stackalloc double[1];
        Span<double> precision = stackalloc double[1];
        var before = new CombinedPosterior([0.3], [10], customer, RewardLink.Identity, mean, precision).Score([1]);
        var after = new CombinedPosterior([0.4], [10], customer, RewardLink.Identity, mean, precision).Score([1]);
        Assert.Equal(0.3 + 0.7 * 10 / 20, before, 1e-12);
        Assert.Equal(before + 0.1, after, 1e-12);
    }

    [Fact]
    public void Levels_stack_from_global_through_segment_to_customer()
    {
        var segment = new DiagonalStatistics(1);
        var customer = new DiagonalStatistics(1);
        for (var i = 0; i < 30; i++)
        {
            segment.RecordDecision([1]);
            segment.RecordReward([1], 0.6, priorPrediction: 0.2);
        }

        Span<double> segmentMean = stackalloc double[1];
        Span<double> segmentPrecision = stackalloc double[1];
        Span<double> mean = stackalloc double[1];
        Span<double> precision = stackalloc double[1];
        var level = new CombinedPosterior([0.2], [10], segment, RewardLink.Identity, segmentMean, segmentPrecision);
        var belief = new CombinedPosterior(level.Mean, level.Precision, customer, RewardLink.Identity, mean, precision);
        Assert.Equal(0.2 + 0.4 * 30 / 40, belief.Score([1]), 1e-12);
        Assert.Equal(40, belief.Precision[0], 1e-12);
    }

    [Fact]
    public void A_customers_combined_belief_chooses_on_the_stack_without_allocating()
    {
        var customer = new DiagonalStatistics(64);
        var random = new Xoshiro256(2);
        var rows = new double[30 * 64];
        for (var i = 0; i < rows.Length; i++) rows[i] = random.NextGaussian() / 8;
        var prior = new double[64];
        var priorPrecision = Enumerable.Repeat(4.0, 64).ToArray();
        var pi = new double[30];
        for (var i = 0; i < 40; i++) Choose(ref random);
        Assert.Equal(0, Allocation.Least(() => Choose(ref random)));
        Assert.Equal(1, pi.Sum(), 1e-12);

        void Choose(ref Xoshiro256 random)
        {
            Span<double> mean = stackalloc double[64];
            Span<double> precision = stackalloc double[64];
            var belief = new CombinedPosterior(prior, priorPrecision, customer, RewardLink.Logistic, mean, precision);
            ThompsonSampling.Distribute(belief, new ActionSet(rows, 64), 1, 0.02, ref random, pi);
        }
    }

    [Fact]
    public void Learning_as_deviations_from_the_prior_finds_a_customer_faster_than_the_shared_model_alone()
    {
        // Customers share θ but each has a taste of its own; the combined belief must predict better than the shared mean.
        var random = new Xoshiro256(3);
        const int d = 8;
        double[] shared = [0.3, 0.1, -0.1, 0.05, 0, 0.1, -0.05, 0.1];
        var precision = Enumerable.Repeat(1 / 0.04, d).ToArray();
        var (combinedError, sharedError) = (0.0, 0.0);
        Span<double> mean = stackalloc double[d];
        Span<double> combinedPrecision = stackalloc double[d];
        for (var c = 0; c < 200; c++)
        {
            var own = shared.Select(value => value + 0.2 * random.NextGaussian()).ToArray();
            var customer = new DiagonalStatistics(d);
            for (var i = 0; i < 120; i++)
            {
                var x = new double[d];
                x[0] = 1;
                x[1 + random.NextInt32(d - 1)] = 1;
                var (expected, prior) = (0.0, 0.0);
                for (var j = 0; j < d; j++)
                {
                    expected += x[j] * own[j];
                    prior += x[j] * shared[j];
                }

                var belief = new CombinedPosterior(shared, precision, customer, RewardLink.Identity, mean, combinedPrecision);
                if (i >= 60)
                {
                    combinedError += Math.Pow(belief.Score(x) - expected, 2);
                    sharedError += Math.Pow(prior - expected, 2);
                }

                customer.RecordDecision(x);
                customer.RecordReward(x, expected + 0.3 * random.NextGaussian(), prior);
            }
        }

        Assert.True(combinedError < 0.6 * sharedError, $"combined {combinedError:F1}, shared {sharedError:F1}");
    }
}
