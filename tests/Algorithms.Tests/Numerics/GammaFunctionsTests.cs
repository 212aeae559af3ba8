using CsCheck;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Numerics;

public sealed class GammaFunctionsTests
{
    [Theory]
    [InlineData(0.5, 0.57236494292470008707)]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(5, 3.1780538303479456196)]
    [InlineData(10.5, 13.940625219403763)]
    [InlineData(100, 359.13420536957539878)]
    [InlineData(1e-8, 18.420680738180208905)]
    public void Logarithm_of_gamma_at_known_points(double x, double expected) =>
        Assert.Equal(expected, GammaFunctions.LogGamma(x), 1e-14 * Math.Max(1, Math.Abs(expected)));

    [Theory]
    [InlineData(1, -0.57721566490153286061)]
    [InlineData(0.5, -1.9635100260214234794)]
    [InlineData(10, 2.2517525890667211077)]
    [InlineData(1000, 6.9072551956488120)]
    public void Digamma_at_known_points(double x, double expected) => Assert.Equal(expected, GammaFunctions.Digamma(x), 2e-15 * Math.Max(1, Math.Abs(expected)) + 1e-14);

    [Fact]
    public void Gamma_follows_its_recurrence() =>
        Gen.Double[1e-3, 1e4].Sample(x =>
            Assert.Equal(GammaFunctions.LogGamma(x) + Math.Log(x), GammaFunctions.LogGamma(x + 1), 2e-14 * Math.Max(1, GammaFunctions.LogGamma(x + 1))));

    [Fact]
    public void Digamma_is_the_derivative() =>
        Gen.Double[0.05, 200].Sample(x =>
        {
            var h = 1e-4 * x;
            var slope = (GammaFunctions.LogGamma(x + h) - GammaFunctions.LogGamma(x - h)) / (2 * h);
            Assert.Equal(GammaFunctions.Digamma(x), slope, 1e-6 * (1 + 1 / x));
        });

    [Fact]
    public void Beta_keeps_its_digits_where_one_argument_is_huge()
    {
        // B(1, b) = 1/b and B(2, b) = 1/(b(b + 1)) exactly.
        foreach (var b in new[] { 3, 1e3, 1e6, 1e12 })
        {
            Assert.Equal(-Math.Log(b), GammaFunctions.LogBeta(1, b), 1e-14 * Math.Log(b) + 1e-15);
            Assert.Equal(-Math.Log(b) - Math.Log(b + 1), GammaFunctions.LogBeta(b, 2), 1e-13 * Math.Log(b));
        }
    }

    [Fact]
    public void Small_differences_from_one_are_kept()
    {
        Assert.Equal(1e-18, GammaFunctions.LogOnePlus(1e-18));
        Assert.Equal(1e-10 - 5e-21, GammaFunctions.LogOnePlus(1e-10), 1e-25);
        Assert.Equal(1e-10 + 5e-21, GammaFunctions.ExpMinusOne(1e-10), 1e-25);
        Assert.Equal(Math.Log(3), GammaFunctions.LogSumExp(0, Math.Log(2)), 1e-15);
        Assert.Equal(-2000, GammaFunctions.LogSumExp(-2000, double.NegativeInfinity));
        Assert.Equal(double.NegativeInfinity, GammaFunctions.LogSumExp(double.NegativeInfinity, double.NegativeInfinity));
    }

    [Fact]
    public void Outside_their_domain_they_are_not_a_number()
    {
        Assert.True(double.IsNaN(GammaFunctions.LogGamma(-1)));
        Assert.True(double.IsNaN(GammaFunctions.Digamma(-0.5)));
        Assert.Equal(double.PositiveInfinity, GammaFunctions.LogGamma(0));
    }
}
