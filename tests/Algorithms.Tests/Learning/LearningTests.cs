using CsCheck;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Learning;

public sealed class LearningTests
{
    [Fact]
    public void The_first_steps_are_those_worked_by_hand()
    {
        var adaGrad = new LogisticRegression(new AdaGrad(new AdaGradOptions { Rate = 0.1 }));
        adaGrad.LearnOne([new Feature(0, 1)], 1);
        Assert.Equal(0.1, adaGrad.Weights.Weight(0), 1e-8);
        Assert.Equal(0.5498, adaGrad.PredictOne([new Feature(0, 1)]), 1e-4);

        var ftrl = new LogisticRegression(new FtrlProximal());
        ftrl.LearnOne([new Feature(0, 1)], 1);
        Assert.Equal(0.5 / 15, ftrl.Weights.Weight(0), 1e-12);
        Assert.Equal(0.5 / 15, ftrl.Weights.Intercept, 1e-12);
    }

    [Fact]
    public void L1_leaves_features_of_noise_at_exactly_zero_and_keeps_the_signal()
    {
        var model = new LogisticRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.2, L1 = 12 }));
        var random = new Xoshiro256(4);
        for (var i = 0; i < 5_000; i++)
        {
            var signal = random.NextInt32(2);
            var y = random.NextDouble() < (signal == 1 ? 0.8 : 0.2) ? 1 : 0;
            model.LearnOne([new Feature(0, 2 * signal - 1), new Feature(1 + random.NextInt32(200), 1)], y);
        }

        Assert.True(model.Weights.Weight(0) > 0.8);
        Assert.True(model.Weights.NonZero < 40, $"{model.Weights.NonZero} weights are not zero");
    }

    [Fact]
    public void Linear_regression_finds_the_coefficients()
    {
        foreach (var weights in (LinearWeights[])[new AdaGrad(new AdaGradOptions { Rate = 0.3 }), new FtrlProximal(new FtrlProximalOptions { Alpha = 1 })])
        {
            var model = new LinearRegression(weights);
            var random = new Xoshiro256(6);
            for (var i = 0; i < 20_000; i++)
            {
                var (a, b) = (random.NextGaussian(), random.NextGaussian());
                model.LearnOne([new Feature(0, (float)a), new Feature(1, (float)b)], 2 * a - b + 0.5 + 0.1 * random.NextGaussian());
            }

            Assert.Equal(2, weights.Weight(0), 0.03);
            Assert.Equal(-1, weights.Weight(1), 0.03);
            Assert.Equal(0.5, weights.Intercept, 0.03);
        }
    }

    [Fact]
    public void The_one_event_step_solves_its_equation() =>
        Gen.Select(Gen.Double[-30, 30], Gen.OneOf(Gen.Double[0, 5], Gen.Double[0, 1e6]), Gen.Double[0, 1], Gen.Double[0.01, 100]).Sample((mean, variance, target, weight) =>
        {
            var (alpha, curvature) = LogisticLaplace.Step(mean, variance, target, weight);
            var p = Logistic.Sigmoid(mean + variance * alpha);
            // A steep σ amplifies the last bit of α by the variance.
            Assert.Equal(weight * (target - p), alpha, weight * (1e-9 + 1e-15 * weight * variance));
            Assert.InRange(curvature, 0, weight / 4);
        });

    [Fact]
    public void The_one_event_step_converges_where_Newton_alone_leaps_to_and_fro()
    {
        var (alpha, _) = LogisticLaplace.Step(-24.7651562003375, 63.0 / 64, 1, 28.25);
        Assert.Equal(28.25 * (1 - Logistic.Sigmoid(-24.7651562003375 + (63.0 / 64 * alpha))), alpha, 1e-9);
    }

    [Fact]
    public void Sigmoid_logit_and_loss_hold_at_the_ends()
    {
        Assert.True(Logistic.Sigmoid(-1e9) > 0);
        Assert.True(Logistic.Sigmoid(1e9) < 1);
        Assert.True(double.IsNaN(Logistic.Sigmoid(double.NaN)));
        Assert.Equal(Logistic.LargestScore, Logistic.Logit(1));
        Assert.Equal(-Logistic.LargestScore, Logistic.Logit(0));
        Assert.Equal(Math.Log(2), Logistic.LogLoss(0.5, 1), 1e-15);
        Assert.True(double.IsFinite(Logistic.LogLoss(0, 1)));
        foreach (var score in (double[])[-20, -3, 0, 0.5, 12]) Assert.Equal(score, Logistic.Logit(Logistic.Sigmoid(score)), 1e-6);
    }

    [Fact]
    public void Pooling_gives_the_rising_fit_of_least_squares()
    {
        double[] worked = [1, 3, 2, 4];
        PoolAdjacentViolators.Fit(worked, [1, 1, 1, 1], new int[4]);
        Assert.Equal([1, 2.5, 2.5, 4], worked);

        Gen.Select(Gen.Double[-5, 5], Gen.Double[0.1, 3]).Array[1, 40].Sample(points =>
        {
            var values = points.Select(p => p.Item1).ToArray();
            var weights = points.Select(p => p.Item2).ToArray();
            var fit = values.ToArray();
            PoolAdjacentViolators.Fit(fit, weights.ToArray(), new int[fit.Length]);
            var prefix = 0.0;
            for (var i = 0; i < fit.Length; i++)
            {
                if (i > 0) Assert.True(fit[i] >= fit[i - 1] - 1e-12);

                // The conditions of optimality: prefix sums of weighted residuals never go below zero, and are zero where the fit rises.
                prefix += weights[i] * (values[i] - fit[i]);
                Assert.True(prefix >= -1e-9);
                if (i == fit.Length - 1 || fit[i + 1] > fit[i] + 1e-9) Assert.Equal(0, prefix, 1e-9);
            }
        });
    }

    [Fact]
    public void Folds_are_stratified_disjoint_and_fixed_by_the_seed() => Gen.Select(Gen.Int[0, 3].Array[10, 300], Gen.Int[2, 10], Gen.ULong).Sample((classes, folds, seed) =>
    {
        var assigned = StratifiedFolds.Assign(classes, folds, seed);
        Assert.Equal(assigned, StratifiedFolds.Assign(classes, folds, seed));
        for (var c = -1; c < 4; c++)
        {
            var sizes = Enumerable.Range(0, folds).Select(fold => Enumerable.Range(0, classes.Length).Count(i => assigned[i] == fold && (c < 0 || classes[i] == c))).ToArray();
            Assert.True(sizes.Max() - sizes.Min() <= 1);
        }
    });

    [Fact]
    public void Progressive_validation_predicts_before_it_learns_and_delays_what_it_is_told_to()
    {
        foreach (var delay in (int[])[0, 4])
        {
            var recorder = new Recorder();
            var validation = new ProgressiveValidation(recorder, delay);
            for (var i = 0; i < 20; i++) Assert.Equal(Math.Max(0, i - delay), validation.Next([new Feature(0, i)], i));
            Assert.Equal(20 - delay, recorder.Learned.Count);
            validation.Finish();
            Assert.Equal(Enumerable.Range(0, 20).Select(i => (double)i), recorder.Learned);
        }
    }

    [Fact]
    public void Kappa_and_kappa_temporal_are_those_of_a_table_made_by_hand()
    {
        // Classes 1 1 1 0 0 1, said 1 1 0 0 1 1: four of six right, and the no-change classifier has three of five.
        var measures = new ProgressiveMeasures();
        foreach (var (said, actual) in ((double, double)[])[(0.9, 1), (0.8, 1), (0.4, 1), (0.2, 0), (0.7, 0), (0.6, 1)]) measures.AddClassification(said, actual);
        Assert.Equal(4.0 / 6, measures.Accuracy, 1e-12);
        Assert.Equal(3.0 / 5, measures.NoChangeAccuracy, 1e-12);
        var chance = 4.0 / 6 * 4 / 6 + 2.0 / 6 * 2 / 6;
        Assert.Equal((4.0 / 6 - chance) / (1 - chance), measures.Kappa, 1e-12);
        Assert.Equal((4.0 / 6 - 0.6) / 0.4, measures.KappaTemporal, 1e-12);
        Assert.Equal((0.01 + 0.04 + 0.36 + 0.04 + 0.49 + 0.16) / 6, measures.MeanSquaredError, 1e-12);
    }

    [Fact]
    public void Nothing_scored_is_not_a_number_and_a_refused_event_is_not_counted()
    {
        var validation = new ProgressiveValidation(new LogisticRegression(), 3);
        Assert.True(double.IsNaN(validation.Measures.Accuracy));
        Assert.Throws<ArgumentOutOfRangeException>(() => validation.Next([], 2));
        Assert.Equal(0, validation.Measures.Count);
    }

    private sealed class Recorder : IOnlineLearner
    {
        public List<double> Learned { get; } = [];

        public LearningTask Task => LearningTask.Regression;

        public long Examples => Learned.Count;

        public int StateSize => 0;

        public double PredictOne(ReadOnlySpan<Feature> features) => Learned.Count;

        public void LearnOne(ReadOnlySpan<Feature> features, double target, double weight = 1)
        {
            Assert.Equal(target, features[0].Value);
            Learned.Add(target);
        }

        public void Save(ref Personalization.Algorithms.State.StateWriter writer) { }
    }
}
