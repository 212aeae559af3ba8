using CsCheck;
using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.Numerics;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Tests.Learning;

/// <summary>What every online learner must keep: one suite, run for each of them by a subclass that only makes the learner.</summary>
public abstract class OnlineLearnerChecks
{
    private static readonly Gen<Feature> AnyFeature = Gen.Select(
        Gen.Int[-1, 40],
        Gen.OneOf(Gen.Float[-3, 3], Pick(0f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, -float.MaxValue, float.Epsilon)),
        (index, value) => new Feature(index, value));

    protected abstract IOnlineLearner Create();

    [Fact]
    public void Predicting_never_changes_the_model()
    {
        var learner = Taught(500);
        var before = learner.ToBytes();
        AnyFeature.Array[0, 50].Sample(x => { learner.PredictOne(x); }, iter: 200, threads: 1);
        Assert.Equal(before, learner.ToBytes());
    }

    [Fact]
    public void Learning_never_changes_its_input()
    {
        var learner = Create();
        AnyFeature.Array[0, 20].Sample(
            x =>
            {
                var copy = x.ToArray();
                learner.LearnOne(x, 1);
                return x.AsSpan().SequenceEqual(copy);
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void Predictions_are_finite_and_in_range_whatever_finite_or_missing_values_were_learned() =>
        Gen.Select(AnyFeature.Array[0, 12], Gen.Bool, Pick(1.0, 1e-6, 1e6)).Array[1, 60].Sample(events =>
        {
            var learner = Create();
            foreach (var (x, positive, weight) in events)
            {
                var prediction = learner.PredictOne(x);
                Assert.True(InRange(learner, prediction), $"{prediction}");
                learner.LearnOne(x, positive ? 1 : 0, weight);
            }

            foreach (var (x, _, _) in events) Assert.True(InRange(learner, learner.PredictOne(x)));
        }, iter: 300);

    [Fact]
    public void The_order_of_features_does_not_matter()
    {
        var forward = Create();
        var backward = Create();
        foreach (var (x, y) in Events(400))
        {
            var reversed = x.Reverse().ToArray();
            Assert.Equal(forward.PredictOne(x), backward.PredictOne(reversed), 1e-9);
            forward.LearnOne(x, y);
            backward.LearnOne(reversed, y);
        }
    }

    [Fact]
    public void New_features_and_vanished_features_are_normal()
    {
        var learner = Taught(300);
        Assert.Equal(learner.PredictOne([]), learner.PredictOne([new Feature(1_000_000, 1)]));
        learner.LearnOne([new Feature(5_000, 1), new Feature(2, 0.5f)], 1);
        Assert.True(InRange(learner, learner.PredictOne([new Feature(5_000, 1)])));
        learner.LearnOne([new Feature(0, 1)], 0);
        Assert.True(InRange(learner, learner.PredictOne([new Feature(2, 1)])));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_value_that_is_not_finite_is_a_missing_value(float value)
    {
        var withBad = Taught(200);
        var without = Taught(200);
        Assert.Equal(without.PredictOne([new Feature(1, 1)]), withBad.PredictOne([new Feature(1, 1), new Feature(2, value)]));
        withBad.LearnOne([new Feature(1, 1), new Feature(2, value)], 1);
        without.LearnOne([new Feature(1, 1)], 1);
        Assert.Equal(without.ToBytes(), withBad.ToBytes());
    }

    [Fact]
    public void A_negative_index_is_an_unknown_feature_and_is_skipped()
    {
        var learner = Taught(200);
        var before = learner.PredictOne([new Feature(1, 1)]);
        Assert.Equal(before, learner.PredictOne([new Feature(-1, 5), new Feature(1, 1)]));
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, double.NaN)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(1, 2e6)]
    public void A_target_or_weight_out_of_range_throws_and_changes_nothing(double target, double weight)
    {
        var learner = Taught(100);
        var before = learner.ToBytes();
        Assert.Throws<ArgumentOutOfRangeException>(() => learner.LearnOne([new Feature(1, 1)], target, weight));
        Assert.Equal(before, learner.ToBytes());
    }

    [Fact]
    public void A_classifier_refuses_targets_outside_zero_and_one_and_a_regression_takes_them()
    {
        var learner = Create();
        if (learner.Task == LearningTask.Regression)
        {
            learner.LearnOne([], -5);
            Assert.True(learner.PredictOne([]) < 0);
            return;
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => learner.LearnOne([], 1.01));
        Assert.Throws<ArgumentOutOfRangeException>(() => learner.LearnOne([], -0.01));
        Assert.Equal(0, learner.Examples);
    }

    [Fact]
    public void Before_anything_is_learned_the_answer_is_neutral()
    {
        var learner = Create();
        Assert.Equal(learner.Task == LearningTask.Classification ? 0.5 : 0, learner.PredictOne([new Feature(3, 2)]), 1e-12);
        Assert.Equal(learner.PredictOne([]), learner.PredictOne([new Feature(3, 2)]), 1e-12);
        Assert.Equal(0, learner.Examples);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void With_one_class_only_the_prediction_goes_there_and_stays_in_range(int target)
    {
        var learner = Create();
        var random = new Xoshiro256(3);
        for (var i = 0; i < 5_000; i++) learner.LearnOne([new Feature(0, 1), new Feature(1 + random.NextInt32(5), (float)random.NextDouble())], target);
        var prediction = learner.PredictOne([new Feature(0, 1), new Feature(2, 0.5f)]);
        Assert.True(InRange(learner, prediction));
        Assert.Equal(target, prediction, 0.1);
    }

    [Fact]
    public void A_weight_of_three_moves_the_prediction_further_than_a_weight_of_one()
    {
        var light = Taught(50);
        var heavy = Taught(50);
        Feature[] x = [new Feature(1, 1), new Feature(2, -0.5f)];
        var before = light.PredictOne(x);
        for (var i = 0; i < 5; i++)
        {
            light.LearnOne(x, 1, 0.1);
            heavy.LearnOne(x, 1, 3);
        }

        // Adaptive rates take the scale out of the first steps, so the claim is the order, not a factor.
        Assert.True(heavy.PredictOne(x) >= light.PredictOne(x));
        Assert.True(light.PredictOne(x) >= before);
    }

    [Fact]
    public void It_learns_a_linear_truth_far_better_than_chance()
    {
        var learner = Create();
        var validation = new ProgressiveValidation(learner);
        foreach (var (x, y) in Events(4_000)) validation.Next(x, y);
        if (learner.Task == LearningTask.Classification)
        {
            Assert.True(validation.Measures.Accuracy > 0.75, $"accuracy {validation.Measures.Accuracy:F3}");
            Assert.True(validation.Measures.LogLoss < 0.55, $"log loss {validation.Measures.LogLoss:F3}");
        }
        else
        {
            Assert.True(validation.Measures.MeanSquaredError < 0.18, $"squared error {validation.Measures.MeanSquaredError:F3}");
        }
    }

    [Fact]
    public void Two_learners_taught_the_same_are_equal_to_the_bit() => Assert.Equal(Taught(700).ToBytes(), Taught(700).ToBytes());

    [Fact]
    public void Saved_and_restored_it_goes_on_bit_for_bit_as_the_original()
    {
        var original = Taught(1_000);
        var bytes = original.ToBytes();
        var restored = OnlineLearner.Load(bytes);
        Assert.Equal(bytes, restored.ToBytes());
        foreach (var (x, y) in Events(1_500, seed: 12))
        {
            Assert.Equal(BitConverter.DoubleToInt64Bits(original.PredictOne(x)), BitConverter.DoubleToInt64Bits(restored.PredictOne(x)));
            original.LearnOne(x, y);
            restored.LearnOne(x, y);
        }

        Assert.Equal(original.ToBytes(), restored.ToBytes());
        Assert.Equal(original.Examples, restored.Examples);
    }

    [Fact]
    public void Bytes_cut_short_or_of_a_newer_version_are_refused()
    {
        var bytes = Taught(50).ToBytes();
        for (var length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 97))
        {
            var part = bytes[..length];
            Assert.Throws<InvalidStateException>(() => OnlineLearner.Load(part));
        }

        bytes[4] = 99;
        Assert.Throws<InvalidStateException>(() => OnlineLearner.Load(bytes));
    }

    [Fact]
    public void Neither_predicting_nor_learning_allocates()
    {
        var learner = Taught(2_000);
        var events = Events(200).ToArray();
        var sum = 0.0;
        for (var warm = 0; warm < 30; warm++) sum += Round();
        var before = GC.GetAllocatedBytesForCurrentThread();
        sum += Round();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.True(double.IsFinite(sum));

        double Round()
        {
            var total = 0.0;
            foreach (var (x, y) in events)
            {
                total += learner.PredictOne(x);
                learner.LearnOne(x, y);
            }

            return total;
        }
    }

    /// <summary>Five numbers and a category out of eight, with a linear truth; a value is missing now and then.</summary>
    protected static IEnumerable<(Feature[] X, double Y)> Events(int count, ulong seed = 5)
    {
        var random = new Xoshiro256(seed);
        double[] truth = [1.2, -0.8, 0.5, 0, -1.5];
        for (var i = 0; i < count; i++)
        {
            var x = new List<Feature>();
            var score = 0.2;
            for (var j = 0; j < truth.Length; j++)
            {
                if (random.NextDouble() < 0.1) continue;
                var value = (float)random.NextGaussian();
                x.Add(new Feature(j, value));
                score += truth[j] * value;
            }

            var category = random.NextInt32(8);
            x.Add(new Feature(10 + category, 1));
            score += category % 2 == 0 ? 0.7 : -0.7;
            yield return ([.. x], random.NextDouble() < Logistic.Sigmoid(1.5 * score) ? 1 : 0);
        }
    }

    private static Gen<T> Pick<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private IOnlineLearner Taught(int count)
    {
        var learner = Create();
        foreach (var (x, y) in Events(count)) learner.LearnOne(x, y);
        return learner;
    }

    private static bool InRange(IOnlineLearner learner, double prediction) =>
        learner.Task == LearningTask.Classification ? prediction is > 0 and < 1 : double.IsFinite(prediction);
}
