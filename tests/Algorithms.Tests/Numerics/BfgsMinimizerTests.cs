using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Numerics;

public sealed class BfgsMinimizerTests
{
    [Fact]
    public void Rosenbrocks_valley_is_followed_to_its_end()
    {
        var minimum = BfgsMinimizer.Minimize((x, g) =>
        {
            g[0] = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0]);
            g[1] = 200 * (x[1] - x[0] * x[0]);
            return 100 * Math.Pow(x[1] - x[0] * x[0], 2) + Math.Pow(1 - x[0], 2);
        }, [-1.2, 1]);

        Assert.Equal(1, minimum.Point[0], 1e-7);
        Assert.Equal(1, minimum.Point[1], 1e-7);
        Assert.InRange(minimum.Iterations, 1, 100);
        Assert.True(minimum.GradientNorm <= 1e-8);
    }

    [Fact]
    public void The_outside_of_the_domain_is_stepped_back_from()
    {
        // x − ln x has its minimum at 1 and is undefined from 0 down; the first full step from 30 lands there.
        var minimum = BfgsMinimizer.Minimize((x, g) =>
        {
            if (x[0] <= 0) return double.NaN;
            g[0] = 50 - 50 / x[0];
            return 50 * (x[0] - Math.Log(x[0]));
        }, [30]);
        Assert.Equal(1, minimum.Point[0], 1e-8);
    }

    [Fact]
    public void A_function_without_a_minimum_ends_and_says_that_its_gradient_did_not_vanish()
    {
        var minimum = BfgsMinimizer.Minimize((x, g) =>
        {
            g[0] = 1;
            return x[0] < -1000 ? double.PositiveInfinity : x[0];
        }, [0]);
        Assert.Equal(1, minimum.GradientNorm);
        Assert.InRange(minimum.Point[0], -1000, -900);
    }

    [Fact]
    public void A_start_outside_the_domain_is_refused() =>
        Assert.Throws<ArgumentException>(() => BfgsMinimizer.Minimize((_, _) => double.NaN, [0]));
}
