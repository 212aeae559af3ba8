using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Evaluation;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Learning.Linear;
using Personalization.Algorithms.Learning.Scaling;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.OffPolicy;

namespace Personalization.Algorithms.Tests.Scale;

/// <summary>No figure depends on the unit of reward.</summary>
public sealed class RewardScaleTests
{
    public static TheoryData<double> Units => [1e-3, 1e-2, 1 / 3.0, 1e3, 1e6, 1e8];

    [Theory]
    [MemberData(nameof(Units))]
    public void Off_policy_estimates_and_their_intervals_scale(double unit)
    {
        var log = Decisions(2_000);
        var scaled = Array.ConvertAll(log, decision => decision with
        {
            Reward = decision.Reward * unit,
            PredictedReward = decision.PredictedReward * unit,
            PredictedValue = decision.PredictedValue * unit,
        });
        var options = new OffPolicyOptions { Replicates = 200, LeastReward = -5, GreatestReward = 50, KnownWeightBound = 4 };
        var scaledOptions = options with { LeastReward = -5 * unit, GreatestReward = 50 * unit };
        foreach (var estimator in (IOffPolicyEstimator[])[
            new InversePropensityScoring(), new SelfNormalizedInversePropensityScoring(), new DirectMethod(), new DoublyRobust(), new ShrunkDoublyRobust()])
        {
            OffPolicyEstimate one = OffPolicyEvaluation.Evaluate(estimator, log, options), other = OffPolicyEvaluation.Evaluate(estimator, scaled, scaledOptions);
            Close(one.Value * unit, other.Value);
            Close(one.Bootstrap.Lower * unit, other.Bootstrap.Lower);
            Close(one.Bootstrap.Upper * unit, other.Bootstrap.Upper);
            Assert.Equal((one.Trustworthy, one.Reason, one.Overlap), (other.Trustworthy, other.Reason, other.Overlap));
            Assert.Equal(one.Martingale.HasValue, other.Martingale.HasValue);
            if (one.Martingale is not { } interval) continue;
            Close(interval.Lower * unit, other.Martingale!.Value.Lower);
            Close(interval.Upper * unit, other.Martingale!.Value.Upper);
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void A_regression_behind_a_target_scaler_learns_the_same_in_any_unit(double unit)
    {
        TargetScaledLearner one = Regression(), other = Regression();
        var random = new Xoshiro256(4);
        var features = new Feature[3];
        double error = 0, spread = 0;
        for (var i = 0; i < 4_000; i++)
        {
            for (var f = 0; f < features.Length; f++) features[f] = new Feature(f, (float)random.NextGaussian());
            var target = 40 + (8 * features[0].Value) - (3 * features[2].Value) + random.NextGaussian();
            var prediction = one.PredictOne(features);
            Assert.Equal(prediction * unit, other.PredictOne(features), 1e-6 * unit);
            if (i >= 3_000)
            {
                error += (prediction - target) * (prediction - target);
                spread += (target - 40) * (target - 40);
            }

            one.LearnOne(features, target);
            other.LearnOne(features, target * unit);
        }

        Assert.True(error < 0.1 * spread, $"{error} of {spread} is left unexplained");
    }

    /// <summary>What a posterior believes is linear in the rewards, and its covariance does not see them: a policy's scale is in units of reward.</summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void Linear_posteriors_scale_with_the_rewards(double unit)
    {
        foreach (var create in (Func<IRewardModel>[])[() => new LinearPosterior(4), () => new DiagonalLinearPosterior(4)])
        {
            IRewardModel one = create(), other = create();
            var random = new Xoshiro256(6);
            var features = new double[4];
            for (var i = 0; i < 300; i++)
            {
                for (var f = 0; f < features.Length; f++) features[f] = random.NextGaussian();
                var reward = (3 * features[1]) + random.NextGaussian();
                foreach (var (model, r) in ((IRewardModel, double)[])[(one, reward), (other, reward * unit)])
                {
                    model.RecordDecision(features);
                    model.RecordReward(features, r);
                }
            }

            features = [1, 0.5, -1, 2];
            Close(one.Score(features) * unit, other.Score(features));
            Assert.Equal(one.ScoreVariance(features), other.ScoreVariance(features));
            Xoshiro256 draws = new(7), same = new(7);
            double[] coefficients = new double[4], scaled = new double[4];
            one.Sample(ref draws, 0.3, coefficients);
            other.Sample(ref same, 0.3 * unit, scaled);
            for (var f = 0; f < 4; f++) Close(coefficients[f] * unit, scaled[f]);
        }
    }

    /// <summary>With its width in the unit of reward, each policy chooses the same whatever the unit is.</summary>
    [Theory]
    [MemberData(nameof(Units))]
    public void Policies_choose_the_same_when_their_width_is_in_the_unit_of_reward(double unit)
    {
        const int actions = 4, dimension = 3;
        LinearPosterior one = new(dimension), other = new(dimension);
        var random = new Xoshiro256(11);
        var features = new double[actions * dimension];
        for (var i = 0; i < 200; i++)
        {
            for (var f = 0; f < dimension; f++) features[f] = random.NextGaussian();
            var reward = (0.4 * features[0]) - (0.2 * features[1]) + (0.3 * random.NextGaussian());
            foreach (var (model, r) in ((LinearPosterior, double)[])[(one, reward), (other, reward * unit)])
            {
                model.RecordDecision(features.AsSpan(0, dimension));
                model.RecordReward(features.AsSpan(0, dimension), r);
            }
        }

        for (var f = 0; f < features.Length; f++) features[f] = random.NextGaussian();
        foreach (var create in (Func<LinearPosterior, double, IBanditPolicy>[])[
            (model, by) => new EpsilonGreedyPolicy(model, 0.1), (model, by) => new SoftmaxPolicy(model, 0.1 * by, 0.01), (model, by) => new LinUcbPolicy(model, by, 0.05),
            (model, by) => new ThompsonSamplingPolicy(model, 0.5 * by, 0.02), (model, by) => new SquareCbPolicy(model, 10 / by)])
        {
            Xoshiro256 draws = new(3), same = new(3);
            double[] first = new double[actions], second = new double[actions];
            create(one, 1).Distribute(new ActionSet(features, dimension), ref draws, first);
            create(other, unit).Distribute(new ActionSet(features, dimension), ref same, second);
            for (var action = 0; action < actions; action++) Assert.Equal(first[action], second[action], 1e-9);
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void Means_and_paired_differences_scale_with_their_intervals(double unit)
    {
        var random = new Xoshiro256(8);
        double[] a = new double[400], b = new double[400];
        RunningMean one = default, other = default;
        for (var i = 0; i < a.Length; i++)
        {
            (a[i], b[i]) = (random.NextGamma(2) * 10, random.NextGamma(2) * 11);
            one.Add(a[i]);
            other.Add(a[i] * unit);
        }

        Close(one.Interval().Lower * unit, other.Interval().Lower);
        Close(one.Interval().Upper * unit, other.Interval().Upper);
        PairedDifference plain = PairedBootstrap.Compare(a, b, 500), scaled = PairedBootstrap.Compare(Array.ConvertAll(a, x => x * unit), Array.ConvertAll(b, x => x * unit), 500);
        Close(plain.Interval.Lower * unit, scaled.Interval.Lower);
        Close(plain.Interval.Upper * unit, scaled.Interval.Upper);
        Assert.Equal(plain.ProbabilityNotBetter, scaled.ProbabilityNotBetter);
    }

    private static TargetScaledLearner Regression() => new(new LinearRegression(new FtrlProximal(new FtrlProximalOptions { Alpha = 0.3 })));

    private static LoggedDecision[] Decisions(int count)
    {
        var random = new Xoshiro256(2);
        var log = new LoggedDecision[count];
        for (var i = 0; i < count; i++)
        {
            var propensity = random.NextDouble() < 0.5 ? 0.25 : 0.75;
            var reward = Math.Min(50, random.NextGamma(2) * (propensity == 0.25 ? 8 : 3)) - 1;
            log[i] = new LoggedDecision(reward, propensity, random.NextDouble() < 0.5 ? 0.9 * propensity : 1.1 * propensity, reward * 0.6, 7 + random.NextGaussian());
        }

        return log;
    }

    private static void Close(double expected, double actual) => Assert.Equal(1, actual / expected, 1e-9);
}
