using CsCheck;
using Personalization.Algorithms.OffPolicy;

namespace Personalization.Algorithms.Tests.OffPolicy;

/// <summary>What every off-policy estimator must keep: one suite, run for each by a subclass that only makes it.</summary>
public abstract class OffPolicyEstimatorChecks
{
    private static readonly SimulatedLog World = new();

    private static readonly Gen<LoggedDecision[]> AnyLog =
        Gen.Select(Gen.Double[0, 1], Gen.Double[0.01, 1], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1], (r, p, t, q, v) => new LoggedDecision(r, p, t, q, v))
            .Array[2, 80];

    protected abstract IOffPolicyEstimator Create();

    [Fact]
    public void It_converges_to_the_true_value_when_propensities_and_model_are_right()
    {
        var log = World.Fixed(60_000, 1, perfectModel: true);
        var estimate = OffPolicyEvaluation.Evaluate(Create(), log, new OffPolicyOptions { Replicates = 200, Level = 0.9999 });
        var error = Math.Abs(estimate.Value - World.TrueValue);

        // Four bootstrap deviations (an interval of 99.99 % is 7.8 of them wide) and the truth's own simulation error.
        Assert.True(error < 4 * estimate.Bootstrap.Width / 7.8 + 0.002, $"{estimate.Value:F4} against {World.TrueValue:F4}");
    }

    [Fact]
    public void The_order_of_decisions_does_not_matter_to_the_estimate() => AnyLog.Sample(log =>
        Assert.Equal(OffPolicyEvaluation.Value(Create(), log), OffPolicyEvaluation.Value(Create(), log.Reverse().ToArray()), 1e-9));

    [Fact]
    public void Rewards_and_predictions_twice_as_large_give_an_estimate_twice_as_large() => AnyLog.Sample(log =>
    {
        var twice = log.Select(d => d with { Reward = 2 * d.Reward, PredictedReward = 2 * d.PredictedReward, PredictedValue = 2 * d.PredictedValue }).ToArray();
        Assert.Equal(2 * OffPolicyEvaluation.Value(Create(), log), OffPolicyEvaluation.Value(Create(), twice), 1e-9);
    });

    [Fact]
    public void Repeating_the_whole_log_leaves_the_estimate() => AnyLog.Sample(log =>
    {
        if (Create() is ShrunkDoublyRobust) return; // Twice the log halves the variance, and with it λ changes.
        Assert.Equal(OffPolicyEvaluation.Value(Create(), log), OffPolicyEvaluation.Value(Create(), [.. log, .. log]), 1e-9);
    });

    [Fact]
    public void The_log_of_the_policy_itself_gives_the_mean_reward_whatever_the_weights()
    {
        var log = World.Fixed(500, 2).Select(d => d with { TargetProbability = d.Propensity, PredictedReward = 0.3, PredictedValue = 0.3 }).ToArray();
        var mean = log.Average(d => d.Reward);
        var value = OffPolicyEvaluation.Value(Create(), log);
        if (!Create().UsesPropensities) Assert.Equal(0.3, value, 1e-12);
        else if (Create() is not ShrunkDoublyRobust) Assert.Equal(mean, value, 1e-12);
        else Assert.InRange(value, Math.Min(mean, 0.3) - 1e-12, Math.Max(mean, 0.3) + 1e-12);
    }

    [Fact]
    public void Zero_support_is_an_error_that_names_the_row()
    {
        LoggedDecision[] zero = [new(1, 0.5, 0.5), new(1, 0, 0.5)];
        Assert.Equal(1, Assert.Throws<SupportException>(() => OffPolicyEvaluation.Value(Create(), zero)).Row);
        LoggedDecision[] unsupported = [new(1, 0.5, 0.5), new(1, 0.5, 0.5), new(1, 0.5, 0.4, UnsupportedProbability: 0.1)];
        Assert.Equal(2, Assert.Throws<SupportException>(() => OffPolicyEvaluation.Evaluate(Create(), unsupported)).Row);
    }

    [Fact]
    public void An_empty_log_and_numbers_out_of_range_are_errors()
    {
        Assert.Throws<ArgumentException>(() => OffPolicyEvaluation.Value(Create(), []));
        foreach (var bad in (LoggedDecision[])[
            new(double.NaN, 0.5, 0.5), new(1, double.NaN, 0.5), new(1, 1.5, 0.5), new(1, -0.1, 0.5), new(1, 0.5, 1.5), new(1, 0.5, -0.1), new(1, 0.5, double.NaN),
            new(1, 0.5, 0.5, double.PositiveInfinity), new(1, 0.5, 0.5, 0, double.NaN), new(1, 0.5, 0.5, UnsupportedProbability: double.NaN)])
        {
            Assert.Throws<ArgumentException>(() => OffPolicyEvaluation.Value(Create(), [new(1, 0.5, 0.5), bad]));
        }
    }

    [Fact]
    public void Intervals_hold_the_estimate_and_repeat_with_the_seed()
    {
        var log = World.Fixed(400, 3);
        var options = new OffPolicyOptions { Replicates = 300, KnownWeightBound = SimulatedLog.WeightBound };
        var first = OffPolicyEvaluation.Evaluate(Create(), log, options);
        Assert.Equal(first, OffPolicyEvaluation.Evaluate(Create(), log, options));
        Assert.True(first.Bootstrap.Lower <= first.Value && first.Value <= first.Bootstrap.Upper);
        if (first.Martingale is { } martingale) Assert.True(martingale.Lower <= first.Value && first.Value <= martingale.Upper, $"{first.Value} in {martingale}");
    }

    [Fact]
    public void A_log_that_rests_on_a_few_heavy_decisions_is_not_trusted()
    {
        var log = World.Fixed(2_000, 4);
        log[7] = log[7] with { Propensity = 1e-5, TargetProbability = 1 };
        var estimate = OffPolicyEvaluation.Evaluate(Create(), log, new OffPolicyOptions { Replicates = 100 });
        Assert.False(estimate.Trustworthy);
        Assert.Contains(Create().UsesPropensities ? "effective sample" : "model", estimate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_propensities_are_noticed_by_the_mean_weight()
    {
        if (!Create().UsesPropensities) return;
        var log = World.Fixed(20_000, 5).Select(d => d with { Propensity = Math.Min(1, 1.5 * d.Propensity) }).ToArray();
        var estimate = OffPolicyEvaluation.Evaluate(Create(), log, new OffPolicyOptions { Replicates = 100 });
        Assert.False(estimate.Trustworthy);
        Assert.Contains("average", estimate.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sound_log_is_trusted()
    {
        var estimate = OffPolicyEvaluation.Evaluate(Create(), World.Fixed(5_000, 6), new OffPolicyOptions { Replicates = 100 });
        Assert.Equal(Create().UsesPropensities, estimate.Trustworthy);
        Assert.NotEmpty(estimate.Reason);
    }
}

public sealed class DirectMethodChecks : OffPolicyEstimatorChecks
{
    protected override IOffPolicyEstimator Create() => new DirectMethod();
}

public sealed class InversePropensityScoringChecks : OffPolicyEstimatorChecks
{
    protected override IOffPolicyEstimator Create() => new InversePropensityScoring();
}

public sealed class SelfNormalizedInversePropensityScoringChecks : OffPolicyEstimatorChecks
{
    protected override IOffPolicyEstimator Create() => new SelfNormalizedInversePropensityScoring();
}

public sealed class DoublyRobustChecks : OffPolicyEstimatorChecks
{
    protected override IOffPolicyEstimator Create() => new DoublyRobust();
}

public sealed class ShrunkDoublyRobustChecks : OffPolicyEstimatorChecks
{
    protected override IOffPolicyEstimator Create() => new ShrunkDoublyRobust();
}
