using CsCheck;
using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Bandits;

public sealed class QuadraticFormTests
{
    public static TheoryData<string> Models => ["linear", "logistic"];

    [Fact]
    public void A_form_of_two_by_two_is_the_one_worked_by_hand()
    {
        // x = (1, 2), Σ = ((2, ½), (½, 1)): 2 + 2·2·½ + 4 = 8.
        var products = new double[QuadraticForm.Length(2)];
        QuadraticForm.Products([1, 2], products);
        Assert.Equal([1, 4, 4], products);
        Assert.Equal(8, QuadraticForm.Value(products, [2, .5, 1]));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_covariance_gives_the_variance_of_a_triangular_solve_whatever_was_learned_since(string kind) =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, 60], Gen.ULong).Sample(
            (dimension, examples, seed) =>
            {
                IRewardModel model = kind == "linear" ? new LinearPosterior(dimension, 2) : new LogisticPosterior(dimension, 2);
                var random = new Xoshiro256(seed);
                var x = new double[dimension];
                var products = new double[QuadraticForm.Length(dimension)];
                for (var i = 0; i <= examples; i++)
                {
                    for (var j = 0; j < dimension; j++) x[j] = random.NextInt32(3) == 0 ? 0 : random.NextGaussian();
                    QuadraticForm.Products(x, products);
                    var expected = model.ScoreVariance(x);
                    Assert.Equal(expected, QuadraticForm.Value(products, ((IHasCovariance)model).Covariance), 1e-10 * (1 + expected));
                    model.RecordDecision(x);
                    model.RecordReward(x, i % 2);
                }
            },
            iter: 100);

    [Fact]
    public void A_merged_belief_has_the_covariance_of_both()
    {
        double[] x = [1, .5, 0];
        var (one, other) = (new LinearPosterior(3), new LinearPosterior(3));
        var alone = one.Covariance[0];
        other.RecordDecision(x);
        one.Merge(other);
        Assert.Equal(other.Covariance.ToArray(), one.Covariance.ToArray(), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.True(one.Covariance[0] < alone);
    }
}
