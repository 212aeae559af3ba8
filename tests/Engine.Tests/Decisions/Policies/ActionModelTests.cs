using CsCheck;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;
using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Tests.Decisions.Policies;

public sealed class ActionModelTests
{
    private static readonly double[] X = [1, 0.5, 0];

    public static TheoryData<PolicyKind, PosteriorForm> Shapes => new()
    {
        { PolicyKind.LinearThompsonSampling, PosteriorForm.Full },
        { PolicyKind.LinearThompsonSampling, PosteriorForm.Diagonal },
        { PolicyKind.LogisticThompsonSampling, PosteriorForm.Full },
        { PolicyKind.LogisticThompsonSampling, PosteriorForm.Diagonal },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void An_action_never_tried_is_expected_to_bring_the_prior_reward(PolicyKind kind, PosteriorForm form)
    {
        var model = ActionModel.Empty(3, new PolicyOptions { Kind = kind, Posterior = form, PriorReward = 0.07, PriorPrecision = 5 });
        Assert.Equal(0.07, model.Reward(model.Score(1, [1, 0, 0])), 1e-12);
        Assert.Equal(0.07, model.Reward(model.Score(2, X)), 1e-12);
        Assert.Equal(1.25 / 5, model.ScoreVariance(1, X), 1e-12);
        Assert.Equal((0, 0), model.Counts(1));
        Assert.Equal(0, model.Rewards);
    }

    [Fact]
    public void A_linear_model_is_ridge_regression_around_the_prior_reward()
    {
        // Constant only: A = λ + n, b = λr₀ + Σr; mean (4·.1 + 2)/(4 + 5).
        var learner = new ActionModelLearner(ActionModel.Empty(1, new PolicyOptions { PriorReward = 0.1, PriorPrecision = 4 }));
        double[] rewards = [1, 0, 1, 0, 0];
        foreach (var reward in rewards) learner.Learn(7, [1], reward);
        var model = learner.Snapshot();
        Assert.Equal(2.4 / 9, model.Score(7, [1]), 1e-12);
        Assert.Equal(1.0 / 9, model.ScoreVariance(7, [1]), 1e-12);
        Assert.Equal((5, 5), model.Counts(7));
    }

    [Fact]
    public void Early_positives_and_late_negatives_never_make_a_linear_score_too_high()
    {
        var options = new PolicyOptions { PriorReward = 0.1, PriorPrecision = 1 };
        var learner = new ActionModelLearner(ActionModel.Empty(1, options));
        var complete = new ActionModelLearner(ActionModel.Empty(1, options));
        for (var i = 0; i < 100; i++)
        {
            learner.Decided(7, [1]);
            complete.Learn(7, [1], i % 5 == 0 ? 1 : 0);
            if (i % 5 == 0) learner.Resolved(7, [1], 1);
            Assert.True(learner.Snapshot().Score(7, [1]) <= complete.Snapshot().Score(7, [1]) + 1e-12);
        }

        for (var i = 0; i < 80; i++) learner.Resolved(7, [1], 0);
        Assert.Equal(complete.Snapshot().Score(7, [1]), learner.Snapshot().Score(7, [1]), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_planted_rate_is_found(PolicyKind kind, PosteriorForm form)
    {
        var learner = new ActionModelLearner(ActionModel.Empty(2, new PolicyOptions { Kind = kind, Posterior = form }));
        var random = new Xoshiro256(1);
        for (var i = 0; i < 20_000; i++)
        {
            var mobile = i % 2;
            learner.Learn(1, [1, mobile], random.NextDouble() < (mobile == 1 ? 0.3 : 0.05) ? 1 : 0);
        }

        var model = learner.Snapshot();

        // The diagonal linear form never unlearns that the constant and the feature go together: 3,500/30,000, and 3,000/20,000 on top.
        var biased = (kind, form) == (PolicyKind.LinearThompsonSampling, PosteriorForm.Diagonal);
        var tolerance = form == PosteriorForm.Full ? 0.01 : 0.03;
        Assert.Equal(biased ? 0.1167 : 0.05, model.Reward(model.Score(1, [1, 0])), tolerance);
        Assert.Equal(biased ? 0.2667 : 0.3, model.Reward(model.Score(1, [1, 1])), tolerance);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_restored_model_answers_and_learns_bit_for_bit_the_same(PolicyKind kind, PosteriorForm form)
    {
        var learner = new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions { Kind = kind, Posterior = form }));
        var random = new Xoshiro256(2);
        Teach(learner, ref random, 200);
        var model = learner.Snapshot();
        var bytes = model.ToBytes();
        var restored = ActionModel.FromBytes(bytes);
        Assert.Equal(bytes, restored.ToBytes());
        Assert.Equal((model.Version, model.Decisions, model.Rewards, model.Actions), (restored.Version, restored.Decisions, restored.Rewards, restored.Actions));

        var again = new ActionModelLearner(restored);
        var (one, other) = (random, random);
        Teach(learner, ref one, 100);
        Teach(again, ref other, 100);
        Assert.Equal(learner.Snapshot().ToBytes(), again.Snapshot().ToBytes());
    }

    [Fact]
    public void A_snapshot_does_not_change_when_its_learner_goes_on()
    {
        var learner = new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions()));
        var random = new Xoshiro256(3);
        Teach(learner, ref random, 50);
        var snapshot = learner.Snapshot();
        var before = snapshot.ToBytes();
        Teach(learner, ref random, 50);
        Assert.Equal(before, snapshot.ToBytes());
        Assert.Equal(snapshot.Version + 1, learner.Snapshot().Version);
    }

    [Fact]
    public void A_snapshot_without_news_is_the_same_instance_and_shares_what_did_not_change()
    {
        var learner = new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions()));
        learner.Learn(1, X, 1);
        learner.Learn(2, X, 0);
        var first = learner.Snapshot();
        Assert.Same(first, learner.Snapshot());
        learner.Learn(1, X, 0);
        var second = learner.Snapshot();
        Assert.Same(first.Posterior(2), second.Posterior(2));
        Assert.NotSame(first.Posterior(1), second.Posterior(1));
    }

    [Fact]
    public void A_refused_example_leaves_no_trace()
    {
        var learner = new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions()));
        var start = learner.Snapshot();
        Assert.Throws<ArgumentException>(() => learner.Decided(1, [1, 2]));
        Assert.Throws<ArgumentException>(() => learner.Decided(1, [1, double.NaN, 0]));
        Assert.Throws<ArgumentException>(() => learner.Learn(1, [1, 1e10, 0], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => learner.Learn(1, X, 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => learner.Resolved(1, X, double.NaN));
        Assert.Same(start, learner.Snapshot());
    }

    [Fact]
    public void A_model_is_kept_only_for_the_shape_it_was_made_for()
    {
        var options = new PolicyOptions();
        var model = ActionModel.Empty(3, options);
        Assert.True(model.IsFor(3, options with { Epsilon = 0.5, Noise = 0.2, OwnDeviation = 3 }));
        Assert.False(model.IsFor(4, options));
        Assert.False(model.IsFor(3, options with { Kind = PolicyKind.SquareCb }));
        Assert.False(model.IsFor(3, options with { PriorPrecision = 5 }));
        Assert.False(model.IsFor(3, options with { PriorReward = 0.2 }));
        Assert.False(model.IsFor(3, options with { Posterior = PosteriorForm.Diagonal }));
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_never_restored_wrongly_long()
    {
        var learner = new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions()));
        var random = new Xoshiro256(4);
        Teach(learner, ref random, 20);
        var bytes = learner.Snapshot().ToBytes();
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<InvalidStateException>(() => ActionModel.FromBytes(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidStateException>(() => ActionModel.FromBytes([.. bytes, 0]));

        // The link says logistic, the posteriors are linear.
        bytes[StateWriter.HeadSize + 4] = (byte)RewardLink.Logistic;
        Assert.Throws<InvalidStateException>(() => ActionModel.FromBytes(bytes));
    }

    [Fact]
    public void Learning_does_not_depend_on_how_often_snapshots_are_taken() =>
        Gen.Int[1, 50].Array[1, 5].Sample(pieces =>
        {
            var (once, often) = (new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions())), new ActionModelLearner(ActionModel.Empty(3, new PolicyOptions())));
            var (one, other) = (new Xoshiro256(5), new Xoshiro256(5));
            Teach(once, ref one, pieces.Sum());
            foreach (var piece in pieces)
            {
                Teach(often, ref other, piece);
                _ = often.Snapshot();
            }

            double[] x = [1, -0.3, 0.7];
            for (ulong action = 0; action < 4; action++)
            {
                Assert.Equal(once.Snapshot().Score(action, x), often.Snapshot().Score(action, x));
                Assert.Equal(once.Snapshot().ScoreVariance(action, x), often.Snapshot().ScoreVariance(action, x));
            }
        }, iter: 50);

    private static void Teach(ActionModelLearner learner, ref Xoshiro256 random, int examples)
    {
        Span<double> x = stackalloc double[3];
        for (var i = 0; i < examples; i++)
        {
            (x[0], x[1], x[2]) = (1, random.NextDouble(), random.NextDouble() - 0.5);
            learner.Learn((ulong)random.NextInt32(4), x, random.NextDouble() < 0.2 ? 1 : 0);
        }
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e3)]
    [InlineData(1e8)]
    public void What_is_believed_of_a_reward_scales_with_its_unit_and_nothing_else_changes(double unit)
    {
        foreach (var make in new Func<IRewardModel>[] { () => new LinearPosterior(4, 2), () => new DiagonalLinearPosterior(4, 2) })
        {
            var random = new Random(5);
            var (one, other) = (make(), make());
            for (var i = 0; i < 300; i++)
            {
                double[] x = [1, random.NextDouble(), -random.NextDouble(), random.Next(2)];
                var reward = random.NextDouble();
                foreach (var (model, scale) in new[] { (one, 1.0), (other, unit) })
                {
                    model.RecordDecision(x);
                    model.RecordReward(x, reward * scale);
                }
            }

            double[] asked = [1, .5, -.25, 1];
            Assert.Equal(1, other.Score(asked) / (one.Score(asked) * unit), 1e-9);
            Assert.Equal(one.ScoreVariance(asked), other.ScoreVariance(asked));
        }
    }
}
