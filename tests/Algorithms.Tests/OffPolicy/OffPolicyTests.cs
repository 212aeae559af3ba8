using Personalization.Algorithms.OffPolicy;

namespace Personalization.Algorithms.Tests.OffPolicy;

public sealed class OffPolicyTests
{
    private static readonly LoggedDecision[] Worked =
    [
        new(1, 0.5, 1, PredictedReward: 0.6, PredictedValue: 0.5),
        new(0, 0.25, 0.5, PredictedReward: 0.2, PredictedValue: 0.3),
        new(1, 0.8, 0, PredictedReward: 0.7, PredictedValue: 0.4),
        new(1, 0.5, 0.5, PredictedReward: 0.5, PredictedValue: 0.6),
    ];

    [Fact]
    public void The_estimators_agree_with_sums_made_by_hand()
    {
        // Weights 2, 2, 0, 1.
        Assert.Equal(1.8 / 4, OffPolicyEvaluation.Value(new DirectMethod(), Worked), 1e-12);
        Assert.Equal(3.0 / 4, OffPolicyEvaluation.Value(new InversePropensityScoring(), Worked), 1e-12);
        Assert.Equal(3.0 / 5, OffPolicyEvaluation.Value(new SelfNormalizedInversePropensityScoring(), Worked), 1e-12);
        Assert.Equal((1.8 + 2 * 0.4 - 2 * 0.2 + 0.5) / 4, OffPolicyEvaluation.Value(new DoublyRobust(), Worked), 1e-12);

        // λ = 4: 2 → 4·2/(4+4) = 1, 1 → 4/5.
        Assert.Equal((1.8 + 0.4 - 0.2 + 0.8 * 0.5) / 4, OffPolicyEvaluation.Value(new ShrunkDoublyRobust(4), Worked), 1e-12);
    }

    [Fact]
    public void Shrinkage_runs_from_the_direct_method_to_doubly_robust()
    {
        Assert.Equal(OffPolicyEvaluation.Value(new DirectMethod(), Worked), OffPolicyEvaluation.Value(new ShrunkDoublyRobust(0), Worked));
        Assert.Equal(OffPolicyEvaluation.Value(new DoublyRobust(), Worked), OffPolicyEvaluation.Value(new ShrunkDoublyRobust(double.PositiveInfinity), Worked));
    }

    [Fact]
    public void Overlap_is_measured_as_defined()
    {
        var overlap = OverlapDiagnostics.Of(Worked);
        Assert.Equal(25.0 / 9, overlap.EffectiveSample, 1e-12);
        Assert.Equal(1.25, overlap.MeanWeight, 1e-12);
        Assert.Equal(2, overlap.LargestWeight);
        Assert.Equal(0.4, overlap.LargestShare, 1e-12);
        Assert.Equal(0.25, overlap.SmallestPropensity);
        Assert.Equal(0.25, overlap.UnusedShare);
    }

    [Fact]
    public void Cross_fitting_shows_the_model_only_the_past()
    {
        var log = Enumerable.Range(0, 20).Select(i => new LoggedDecision(i, 0.5, 0.5)).ToArray();
        foreach (var delay in (int[])[0, 3])
        {
            var model = new Recorder();
            PastOnlyCrossFitting.Fill(log, model, delay);
            for (var row = 0; row < log.Length; row++) Assert.Equal(Math.Max(0, row - delay), log[row].PredictedReward);
            Assert.Equal(20 - delay, model.Learned);
        }
    }

    [Fact]
    public void A_reward_outside_the_stated_range_has_no_martingale_interval()
    {
        LoggedDecision[] log = [.. Enumerable.Range(0, 200).Select(i => new LoggedDecision(i % 3, 0.5, 0.5))];
        Assert.Null(OffPolicyEvaluation.Evaluate(new InversePropensityScoring(), log).Martingale);
        Assert.NotNull(OffPolicyEvaluation.Evaluate(new InversePropensityScoring(), log, new OffPolicyOptions { GreatestReward = 2 }).Martingale);
    }

    [Fact]
    public void A_weight_above_the_bound_said_to_be_known_is_an_error() => Assert.Throws<ArgumentException>(() =>
        OffPolicyEvaluation.Evaluate(new DoublyRobust(), Worked, new OffPolicyOptions { KnownWeightBound = 1.5 }));

    private sealed class Recorder : IPastRewardModel
    {
        public int Learned { get; private set; }

        public (double LoggedReward, double PolicyValue) Predict(int row) => (Learned, 0);

        public void Learn(int row, double reward)
        {
            Assert.Equal(Learned, row);
            Learned++;
        }
    }
}
