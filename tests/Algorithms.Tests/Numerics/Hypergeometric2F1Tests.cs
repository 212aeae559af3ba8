using CsCheck;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Numerics;

public sealed class Hypergeometric2F1Tests
{
    private static readonly Gen<double> Arguments =
        Gen.OneOf(Gen.Double[-30, 0.999], Gen.Double[0.85, 0.9995]);

    [Fact]
    public void One_one_two_is_a_logarithm() =>
        Arguments.Where(z => Math.Abs(z) > 1e-3).Sample(z => AssertRelative(-Math.Log(1 - z) / z, Hypergeometric2F1.Value(1, 1, 2, z), 1e-12));

    [Fact]
    public void With_two_equal_parameters_it_is_a_power() =>
        Gen.Select(Gen.Double[-5, 5], Gen.Double[0.3, 8], Arguments).Sample((a, b, z) => AssertRelative(Math.Pow(1 - z, -a), Hypergeometric2F1.Value(a, b, b, z), 1e-9));

    [Fact]
    public void Half_one_three_halves_is_an_arc_tangent() =>
        Gen.Double[0.01, 5].Sample(x => AssertRelative(Math.Atan(x) / x, Hypergeometric2F1.Value(0.5, 1, 1.5, -x * x), 1e-12));

    [Fact]
    public void Half_half_three_halves_is_an_arc_sine() =>
        Gen.Double[0.01, 0.9999].Sample(x => AssertRelative(Math.Asin(x) / x, Hypergeometric2F1.Value(0.5, 0.5, 1.5, x * x), 1e-11));

    [Fact]
    public void Contiguous_functions_obey_gauss_relation() =>
        // (c − a) F(a − 1) + (2a − c + (b − a) z) F + a(z − 1) F(a + 1) = 0 (Abramowitz and Stegun, 15.2.10)
        Gen.Select(Gen.Double[0.1, 12], Gen.Double[0.1, 12], Gen.Double[0.2, 20], Gen.Double[0.01, 0.98]).Sample((a, b, c, z) =>
        {
            var terms = new[]
            {
                (c - a) * Hypergeometric2F1.Value(a - 1, b, c, z),
                (2 * a - c + (b - a) * z) * Hypergeometric2F1.Value(a, b, c, z),
                a * (z - 1) * Hypergeometric2F1.Value(a + 1, b, c, z),
            };
            Assert.True(Math.Abs(terms.Sum()) <= 1e-8 * terms.Sum(Math.Abs));
        });

    [Fact]
    public void Terminating_series_are_polynomials()
    {
        // ₂F₁(−2, b; c; z) = 1 − 2bz/c + b(b+1)z²/(c(c+1))
        Assert.Equal(1 - 2 * 3 * 0.4 / 5 + 3 * 4 * 0.16 / (5 * 6), Hypergeometric2F1.Value(-2, 3, 5, 0.4), 1e-14);
        Assert.Equal(1, Hypergeometric2F1.Value(0, 3, 5, 0.4));
        Assert.Equal(1, Hypergeometric2F1.Value(2, 3, 5, 0));
    }

    [Fact]
    public void Scaled_excess_is_the_function_without_its_one() =>
        Gen.Select(Gen.Double[-3, 6], Gen.Double[0.1, 6], Gen.Double[0.1, 20], Gen.Double[0, 0.98]).Sample((a, b, c, z) =>
            AssertRelative(Hypergeometric2F1.Value(a, b, c, z), 1 + b / c * Hypergeometric2F1.ScaledExcess(a, b, c, z), 1e-9));

    [Fact]
    public void Arguments_where_it_is_not_computed_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Hypergeometric2F1.Value(1, 1, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hypergeometric2F1.Value(1, 1, -3, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hypergeometric2F1.ScaledExcess(1, 1, -1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => Hypergeometric2F1.ScaledExcess(1, 1, 1, double.NaN));
    }

    private static void AssertRelative(double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(actual - expected) <= tolerance * Math.Max(1, Math.Abs(expected)), $"expected {expected:R}, was {actual:R}");
}
