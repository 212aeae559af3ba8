using CsCheck;
using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Numerics;
using Personalization.Engine.Decisions.Policies;
using Personalization.TestKit;

namespace Personalization.Engine.Tests.Decisions.Policies;

public sealed class ActionPolicyTests
{
    private const int Dimension = 4;

    public static TheoryData<PolicyKind> Kinds => [.. Enum.GetValues<PolicyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Probabilities_sum_to_one_have_their_floor_and_repeat_with_the_seed(PolicyKind kind)
    {
        var model = Taught(new PolicyOptions { Kind = kind }, 60, 1);
        Gen.Select(Gen.Int[1, 300], Gen.Double[0, 1], Gen.ULong, Gen.Bool, Gen.Bool).Sample((count, epsilon, seed, weighted, own) =>
        {
            var policy = new ActionPolicy(new PolicyOptions { Kind = kind, Epsilon = epsilon });
            var random = new Xoshiro256(seed);
            var actions = new ulong[count];
            var groups = new ulong[count];
            var worth = new double[count];
            for (var i = 0; i < count; i++) (actions[i], groups[i], worth[i]) = ((ulong)i, (ulong)(i % 5), 0.01 + 100 * random.NextDouble());
            var customer = own ? Customer(random.NextInt32(60)) : null;
            var candidates = new ActionCandidates(actions, [1, random.NextDouble(), -1, 0], Dimension, groups, weighted ? worth : default);

            var (pi, rewards, again) = (new double[count], new double[count], new double[count]);
            var (one, other) = (random, random);
            policy.Distribute(model, customer, candidates, ref one, pi, rewards);
            policy.Distribute(model, customer, candidates, ref other, again, new double[count]);
            Assert.Equal(pi, again);
            Assert.Equal(one, other);
            Assert.Equal(1, pi.Sum(), 1e-12);
            Assert.All(pi, p => Assert.True(p >= epsilon / count - 1e-15 && p <= 1 + 1e-12));
            Assert.All(rewards, r => Assert.True(r is >= 0 and <= 1));
        }, iter: 150);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_single_action_is_certain(PolicyKind kind)
    {
        var policy = new ActionPolicy(new PolicyOptions { Kind = kind });
        var random = new Xoshiro256(1);
        var pi = new double[1];
        policy.Distribute(ActionModel.Empty(1, policy.Options), null, new ActionCandidates([5], [1], 1), ref random, pi, new double[1]);
        Assert.Equal(1, pi[0], 1e-12);
    }

    [Fact]
    public void Thompson_sampling_over_two_actions_averages_to_the_normal_probability()
    {
        // Scores N(m₁, σ²/n₁), N(m₂, σ²/n₂) with the constant alone: P(first wins) = Φ((m₁ − m₂)/√(v₁ + v₂)).
        var options = new PolicyOptions { Epsilon = 0, PriorPrecision = 1, PriorReward = 0.1, Noise = 0.4, Exploration = 1 };
        var learner = new ActionModelLearner(ActionModel.Empty(1, options));
        for (var i = 0; i < 40; i++) learner.Learn(1, [1], i % 4 == 0 ? 1 : 0);
        for (var i = 0; i < 15; i++) learner.Learn(2, [1], i % 3 == 0 ? 1 : 0);
        var model = learner.Snapshot();
        var (m1, m2) = ((0.1 + 10) / 41, (0.1 + 5) / 16);
        var expected = Normal((m1 - m2) / Math.Sqrt(0.16 / 41 + 0.16 / 16));

        var policy = new ActionPolicy(options);
        var (sum, pi, rewards) = (0.0, new double[2], new double[2]);
        const int Decisions = 4000;
        for (var i = 0UL; i < Decisions; i++)
        {
            var random = DecisionRandom.For(9, 1, i);
            policy.Distribute(model, null, new ActionCandidates([1, 2], [1], 1), ref random, pi, rewards);
            sum += pi[0];
        }

        Assert.Equal([m1, m2], rewards.Select(r => r), (a, b) => Math.Abs(a - b) < 1e-12);

        // 4,000 × 32 draws of a share near ¼: one standard error is .0012.
        Assert.Equal(expected, sum / Decisions, 0.005);
    }

    [Fact]
    public void Thompson_sampling_wins_by_worth_times_reward()
    {
        var options = new PolicyOptions { Epsilon = 0 };
        var learner = new ActionModelLearner(ActionModel.Empty(1, options));
        for (var i = 0; i < 5000; i++)
        {
            learner.Learn(1, [1], i % 4 == 0 ? 1 : 0);
            learner.Learn(2, [1], i % 10 == 0 ? 1 : 0);
        }

        var policy = new ActionPolicy(options);
        var (model, pi) = (learner.Snapshot(), new double[2]);
        var random = new Xoshiro256(1);
        policy.Distribute(model, null, new ActionCandidates([1, 2], [1], 1), ref random, pi, new double[2]);
        Assert.Equal([1, 0], pi);
        policy.Distribute(model, null, new ActionCandidates([1, 2], [1], 1, default, [1, 5]), ref random, pi, new double[2]);
        Assert.Equal([0, 1], pi);
    }

    [Fact]
    public void Epsilon_greedy_and_square_cb_have_their_closed_forms()
    {
        var options = new PolicyOptions { Kind = PolicyKind.EpsilonGreedy, Epsilon = 0.1, OwnDeviation = 0 };
        var model = Taught(options, 3, 4);
        double[] x = [1, 0.2, 0, -0.5];
        double[] worth = [2, 3, 4];
        var expected = new double[3];
        for (var i = 0; i < 3; i++) expected[i] = worth[i] * model.Reward(model.Score((ulong)i, x));
        var best = Array.IndexOf(expected, expected.Max());
        var pi = new double[3];
        var random = new Xoshiro256(1);
        new ActionPolicy(options).Distribute(model, null, new ActionCandidates([0, 1, 2], x, Dimension, default, worth), ref random, pi, new double[3]);
        for (var i = 0; i < 3; i++) Assert.Equal((i == best ? 0.9 : 0) + 0.1 / 3, pi[i], 1e-12);

        var square = new ActionPolicy(options with { Kind = PolicyKind.SquareCb, Epsilon = 0, Gamma = 7, GammaExponent = 0.25 });
        square.Distribute(model, null, new ActionCandidates([0, 1, 2], x, Dimension, default, worth), ref random, pi, new double[3]);
        var gamma = 7 * Math.Pow(1 + model.Rewards, 0.25);
        for (var i = 0; i < 3; i++)
        {
            if (i != best) Assert.Equal(1 / (3 + gamma * (expected[best] - expected[i]) / 4), pi[i], 1e-12);
        }

        Assert.Equal(1, pi.Sum(), 1e-12);
    }

    [Fact]
    public void The_best_by_prediction_of_a_customer_is_the_shared_best_until_it_shows_another_liking()
    {
        var options = new PolicyOptions { Kind = PolicyKind.EpsilonGreedy, Epsilon = 0, OwnDeviation = 1 };
        var learner = new ActionModelLearner(ActionModel.Empty(1, options));
        for (var i = 0; i < 3000; i++)
        {
            learner.Learn(1, [1], i % 5 == 0 ? 1 : 0);
            learner.Learn(2, [1], i % 10 == 0 ? 1 : 0);
        }

        var (model, policy, own) = (learner.Snapshot(), new ActionPolicy(options), new CustomerActionModel());
        Assert.Equal([1, 0], Distribute(null));
        Assert.Equal([1, 0], Distribute(own));
        for (var i = 0; i < 6; i++)
        {
            own.Record(1, 0, model.Score(1, [1]), 0);
            own.Record(2, 0, model.Score(2, [1]), i % 2);
        }

        Assert.Equal([0, 1], Distribute(own));

        double[] Distribute(CustomerActionModel? customer)
        {
            var random = new Xoshiro256(1);
            var pi = new double[2];
            policy.Distribute(model, customer, new ActionCandidates([1, 2], [1], 1), ref random, pi, new double[2]);
            return pi;
        }
    }

    [Fact]
    public void Features_may_be_one_row_for_all_or_one_each()
    {
        var policy = new ActionPolicy(new PolicyOptions());
        var model = Taught(policy.Options, 3, 5);
        double[] x = [1, 0.5, 0, 1];
        var (shared, rows) = (new double[3], new double[3]);
        var (one, other) = (new Xoshiro256(1), new Xoshiro256(1));
        policy.Distribute(model, null, new ActionCandidates([0, 1, 2], x, Dimension), ref one, new double[3], shared);
        policy.Distribute(model, null, new ActionCandidates([0, 1, 2], [.. x, .. x, .. x], Dimension), ref other, new double[3], rows);
        Assert.Equal(shared, rows);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Deciding_allocates_nothing(PolicyKind kind)
    {
        var policy = new ActionPolicy(new PolicyOptions { Kind = kind });
        var model = Taught(policy.Options, 100, 6);
        var own = Customer(30);
        var actions = Enumerable.Range(0, 100).Select(i => (ulong)i).ToArray();
        var groups = actions.Select(a => a % 5 + 1).ToArray();
        double[] x = [1, 0.5, 0, 1];
        var (pi, rewards) = (new double[100], new double[100]);
        var random = new Xoshiro256(1);
        for (var i = 0; i < 50; i++) policy.Distribute(model, own, new ActionCandidates(actions, x, Dimension, groups), ref random, pi, rewards);
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var i = 0; i < 100; i++) policy.Distribute(model, own, new ActionCandidates(actions, x, Dimension, groups), ref random, pi, rewards);
        }));
    }

    [Fact]
    public void A_model_of_another_shape_and_candidates_that_make_no_sense_are_refused()
    {
        var policy = new ActionPolicy(new PolicyOptions());
        var random = new Xoshiro256(1);
        Assert.Throws<ArgumentException>(() => policy.Distribute(
            ActionModel.Empty(1, new PolicyOptions { Kind = PolicyKind.SquareCb }), null, new ActionCandidates([1], [1], 1), ref random, new double[1], new double[1]));
        Assert.Throws<ArgumentException>(() => policy.Distribute(
            ActionModel.Empty(2, new PolicyOptions()), null, new ActionCandidates([1], [1], 1), ref random, new double[1], new double[1]));
        Assert.Throws<ArgumentException>(() => policy.Distribute(
            ActionModel.Empty(1, new PolicyOptions()), null, new ActionCandidates([1], [1], 1), ref random, new double[2], new double[1]));
        Assert.Throws<ArgumentException>(() => _ = new ActionCandidates([], [1], 1));
        Assert.Throws<ArgumentException>(() => _ = new ActionCandidates([1, 2], [1, 2, 3], 1));
        Assert.Throws<ArgumentException>(() => _ = new ActionCandidates([1], [double.PositiveInfinity], 1));
        Assert.Throws<ArgumentException>(() => _ = new ActionCandidates([1], [1], 1, default, [0]));
        Assert.Throws<ArgumentException>(() => new ActionPolicy(new PolicyOptions { Epsilon = -1 }));
        Assert.Throws<ArgumentException>(() => new ActionPolicy(new PolicyOptions { Noise = double.NaN }));
    }

    [Fact]
    public void Every_fault_of_options_is_reported_at_once()
    {
        var faults = new PolicyOptions
        {
            Kind = (PolicyKind)99,
            Posterior = (PosteriorForm)9,
            Epsilon = 2,
            PriorReward = 0,
            PriorPrecision = 0,
            Noise = 1,
            Exploration = -1,
            Gamma = 0,
            GammaExponent = 2,
            OwnDeviation = -1,
            GroupDeviation = double.NaN,
            OwnExploration = -1,
        }.Faults().ToList();
        Assert.Equal(12, faults.Count);
        Assert.Empty(new PolicyOptions().Faults());
    }

    private static ActionModel Taught(PolicyOptions options, int actions, ulong seed)
    {
        var learner = new ActionModelLearner(ActionModel.Empty(Dimension, options));
        var random = new Xoshiro256(seed);
        Span<double> x = stackalloc double[Dimension];
        for (var i = 0; i < 20 * actions; i++)
        {
            x[0] = 1;
            for (var j = 1; j < Dimension; j++) x[j] = 2 * random.NextDouble() - 1;
            var action = random.NextInt32(actions);
            learner.Learn((ulong)action, x, random.NextDouble() < 0.1 + 0.01 * (action % 10) ? 1 : 0);
        }

        return learner.Snapshot();
    }

    private static CustomerActionModel Customer(int decisions)
    {
        var own = new CustomerActionModel();
        for (var i = 0; i < decisions; i++) own.Record((ulong)(i % 20), (ulong)(i % 5), 0.1, i % 3 == 0 ? 1 : 0);
        return own;
    }

    /// <summary>Φ by Simpson's rule: exact to 1e-9 here.</summary>
    private static double Normal(double z)
    {
        const int Steps = 2000;
        var h = z / Steps;
        var sum = Density(0) + Density(z);
        for (var i = 1; i < Steps; i++) sum += (i % 2 == 1 ? 4 : 2) * Density(i * h);
        return 0.5 + sum * h / 3;

        static double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);
    }
}
