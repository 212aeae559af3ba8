using CsCheck;
using Personalization.Algorithms.Lifetime;

namespace Personalization.Algorithms.Tests.Lifetime;

/// <summary>The integral that stands in where the series of the expectation leaves the range of numbers.</summary>
public sealed class BetaGeometricIntegralTests
{
    [Fact]
    public void It_is_the_expectation_where_the_series_can_be_summed() =>
        Gen.Select(Gen.Double[0.1, 8], Gen.Double[0.5, 30], Gen.Double[0.05, 6], Gen.Double[0.2, 12], Gen.Double[0.1, 80]).Sample((r, alpha, a, b, t) =>
        {
            var model = new BetaGeometricModel(BetaGeometricVariant.BgNbd, new(r, alpha, a, b));
            var series = model.ExpectedPurchases(t);
            Assert.Equal(1, BetaGeometricIntegral.ExpectedWhileAlive(r, alpha, a, b, t) / series, 1e-8);
        }, iter: 2_000);

    /// <summary>Everybody alike, nobody or everybody dropping out: parameters at the edge of a fit.</summary>
    [Theory]
    [InlineData(36_753, 162_754, 39_397, 3.55e-5, 20)]
    [InlineData(162_754, 23_697, 2.2568e-5, 28.179, 26)]
    [InlineData(36_065, 162_754, 59_737, 60_128, 8)]
    [InlineData(0.3, 1.5, 162_754, 162_754, 10)]
    [InlineData(162_754, 6.1e-6, 1, 3, 52)]
    [InlineData(6.1e-6, 162_754, 6.1e-6, 6.1e-6, 52)]
    public void At_the_edge_it_is_a_number_between_none_and_what_a_customer_buys_that_never_leaves(double r, double alpha, double a, double b, double t)
    {
        foreach (var variant in Enum.GetValues<BetaGeometricVariant>())
        {
            var expected = new BetaGeometricModel(variant, new(r, alpha, a, b)).ExpectedPurchases(t);
            Assert.InRange(expected, 0, r * t / alpha * (1 + 1e-9));
        }
    }

    /// <summary>With a narrow Beta at p the expectation is (1 − (1 + pt/α)^−r)/p.</summary>
    [Fact]
    public void A_certain_dropout_probability_gives_its_closed_form()
    {
        const double p = 0.25, r = 2, alpha = 10, t = 30;
        var expected = (1 - Math.Pow(1 + (p * t / alpha), -r)) / p;
        Assert.Equal(expected, BetaGeometricIntegral.ExpectedWhileAlive(r, alpha, 1e7 * p, 1e7 * (1 - p), t), 1e-5);
    }
}
