using System.Buffers;
using CsCheck;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Numerics;
using Personalization.Engine.Decisions.Policies;

namespace Personalization.Engine.Tests.Decisions.Policies;

public sealed class CustomerActionModelTests
{
    private static readonly PolicyOptions Linear = new() { OwnDeviation = 0.1, GroupDeviation = 0.2, Noise = 0.3 };
    private static readonly PolicyOptions LogisticOptions = new() { Kind = PolicyKind.LogisticThompsonSampling, OwnDeviation = 1, GroupDeviation = 0.5 };

    [Fact]
    public void One_surprising_reward_moves_the_expectation_by_the_worked_example()
    {
        var own = new CustomerActionModel();
        own.Record(1, 0, 0.1, 1);
        var (mean, variance) = own.Deviation(1, 0, Linear);
        Assert.Equal(0.09, mean, 1e-7);
        Assert.Equal(0.09 * 0.01 / 0.1, variance, 1e-7);
        Assert.Equal((0, 0.01), (own.Deviation(2, 0, Linear).Mean, Math.Round(own.Deviation(2, 0, Linear).Variance, 12)));
    }

    [Fact]
    public void A_linear_liking_is_the_combined_posterior_of_the_algorithms_library() =>
        Gen.Select(Gen.Int[0, 3], Gen.Double[0, 1], Gen.Double[-0.2, 0.8]).Array[0, 40].Sample(decisions =>
        {
            var own = new CustomerActionModel();
            var statistics = new DiagonalStatistics(4);
            foreach (var (action, reward, score) in decisions)
            {
                var x = new double[4];
                x[action] = 1;
                statistics.RecordDecision(x);
                statistics.RecordReward(x, reward, score);
                own.Record((ulong)action + 1, 0, score, reward);
            }

            // Precision there is in units of the noise's variance.
            var p = Linear.Noise * Linear.Noise / (Linear.ActionTau * Linear.ActionTau);
            var combined = new CombinedPosterior(new double[4], [p, p, p, p], statistics, RewardLink.Identity, new double[4], new double[4]);
            for (var action = 0; action < 4; action++)
            {
                var (mean, variance) = own.Deviation((ulong)action + 1, 0, Linear);
                Assert.Equal(combined.Mean[action], mean, 1e-5);
                Assert.Equal(Linear.Noise * Linear.Noise / combined.Precision[action], variance, 1e-9);
            }
        }, iter: 200);

    [Fact]
    public void A_logistic_liking_is_the_mode_of_its_posterior() =>
        Gen.Select(Gen.Int[1, 30], Gen.Double[0, 1], Gen.Double[-5, 2]).Sample((n, share, score) =>
        {
            var rewards = Math.Round(share * n);
            var own = new CustomerActionModel();
            for (var i = 0; i < n; i++) own.Record(9, 0, score, i < rewards ? 1 : 0);
            var (u, variance) = own.Deviation(9, 0, LogisticOptions);

            // d/du of −u²/2τ² + R·(s+u) − n·ln(1 + e^(s+u)) is 0, and the curvature there is the precision. S is kept in single precision.
            var p = Logistic.Sigmoid(score + u);
            Assert.Equal(0, -u + rewards - n * p, 1e-4);
            Assert.Equal(1 / (1 + n * p * (1 - p)), variance, 1e-5);
        }, iter: 300);

    [Fact]
    public void What_is_liked_of_a_group_counts_for_its_other_actions_and_for_no_other_group()
    {
        foreach (var options in new[] { Linear, LogisticOptions })
        {
            var own = new CustomerActionModel();
            for (var i = 0; i < 5; i++) own.Record(1, 100, options.Link == RewardLink.Identity ? 0.1 : -2, 1);
            var tried = own.Deviation(1, 100, options);
            var sibling = own.Deviation(2, 100, options);
            var stranger = own.Deviation(3, 101, options);
            Assert.True(tried.Mean > sibling.Mean && sibling.Mean > 0);
            Assert.Equal(0, stranger.Mean);
            Assert.True(tried.Variance < sibling.Variance && sibling.Variance < stranger.Variance);
            Assert.Equal(CustomerActionModel.PriorVariance(101, options), stranger.Variance, 1e-12);
        }
    }

    [Fact]
    public void A_customer_as_the_shared_model_predicts_deviates_by_nothing()
    {
        var own = new CustomerActionModel();
        for (var i = 0; i < 20; i++) own.Record(1, 2, 0.25, i % 4 == 0 ? 1 : 0);
        Assert.Equal(0, own.Deviation(1, 2, Linear).Mean, 1e-9);
    }

    [Fact]
    public void A_new_prior_invalidates_nothing()
    {
        // The customer likes the action by .3 more than others. Half the decisions were predicted by a young model (.1), half by one that had learned the others' rate (.2).
        var own = new CustomerActionModel();
        for (var i = 0; i < 1000; i++) own.Record(1, 0, i < 500 ? 0.1 : 0.2, i % 2 == 0 ? 1 : 0);
        var (mean, _) = own.Deviation(1, 0, Linear);
        Assert.Equal(0.35, mean, 0.01);
    }

    [Fact]
    public void The_order_of_decisions_does_not_matter()
    {
        Gen.Select(Gen.ULong[1, 8], Gen.ULong[0, 3], Gen.Bool).Array[1, 60].Select(Gen.ULong).Sample((decisions, seed) =>
        {
            // Scores are binary fractions: their sums are exact.
            static CustomerActionModel Taught((ulong Action, ulong Group, bool Reward)[] decisions)
            {
                var own = new CustomerActionModel();
                foreach (var (action, group, reward) in decisions) own.Record(action, group, action / 8.0, reward ? 1 : 0);
                return own;
            }

            var shuffled = decisions.ToArray();
            var random = new Xoshiro256(seed);
            for (var i = shuffled.Length - 1; i > 0; i--)
            {
                var j = random.NextInt32(i + 1);
                (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
            }

            Assert.Equal(Bytes(Taught(decisions)), Bytes(Taught(shuffled)));
        }, iter: 200);
    }

    [Fact]
    public void It_is_bounded_and_forgets_the_least_tried_first()
    {
        var own = new CustomerActionModel();
        for (ulong action = 1; action <= 10; action++)
        {
            for (var i = 0; i < 3; i++) own.Record(action, 0, 0, 1);
        }

        for (ulong action = 1000; action < 3000; action++) own.Record(action, 0, 0, 0);
        Assert.Equal(CustomerActionModel.Capacity, own.Count);
        Assert.Equal(own.StoredSize, Bytes(own).Length);
        Assert.True(own.StoredSize <= 1024);
        Assert.Equal(CustomerActionModel.LargestStoredSize, own.StoredSize);
        for (ulong action = 1; action <= 10; action++) Assert.True(own.Deviation(action, 0, Linear).Mean > 0);
    }

    [Fact]
    public void A_restored_model_is_the_same_and_a_copy_shares_nothing()
    {
        var own = new CustomerActionModel();
        for (ulong i = 0; i < 30; i++) own.Record(i * i, i % 4, i / 30.0, i % 3 == 0 ? 1 : 0.5);
        var bytes = Bytes(own);
        var restored = CustomerActionModel.Read(bytes);
        Assert.Equal(bytes, Bytes(restored));
        Assert.Equal(own.Deviation(9, 3, LogisticOptions), restored.Deviation(9, 3, LogisticOptions));

        var copy = own.Clone();
        copy.Record(9, 3, 0.5, 1);
        copy.Record(77_777, 3, 0.5, 1);
        Assert.Equal(bytes, Bytes(own));
        Assert.NotEqual(bytes, Bytes(copy));
    }

    [Fact]
    public void Damaged_bytes_and_numbers_out_of_range_are_refused()
    {
        var own = new CustomerActionModel();
        own.Record(1, 2, 0.5, 1);
        var bytes = Bytes(own);
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<InvalidDataException>(() => CustomerActionModel.Read(bytes.AsSpan(0, length)));
        Assert.Throws<InvalidDataException>(() => CustomerActionModel.Read([9, .. bytes[1..]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => own.Record(1, 2, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => own.Record(1, 2, 0, -0.1));
        Assert.Equal(bytes, Bytes(own));
    }

    private static byte[] Bytes(CustomerActionModel own)
    {
        var target = new ArrayBufferWriter<byte>();
        own.Write(target);
        return target.WrittenSpan.ToArray();
    }
}
