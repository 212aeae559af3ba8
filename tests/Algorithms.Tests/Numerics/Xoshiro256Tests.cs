using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Numerics;

public sealed class Xoshiro256Tests
{
    [Fact]
    public void Reproduces_the_authors_generator_from_a_known_state()
    {
        // The first outputs of xoshiro256++ from state 1, 2, 3, 4 follow from its definition: rotl(s0 + s3, 23) + s0 = rotl(5, 23) + 1, and so on.
        var random = Xoshiro256.Restore((1, 2, 3, 4));
        Assert.Equal(41943041UL, random.NextUInt64());
        Assert.Equal(58720359UL, random.NextUInt64());
        Assert.Equal(3588806011781223UL, random.NextUInt64());
        Assert.Equal(3591011842654386UL, random.NextUInt64());
    }

    [Fact]
    public void A_stored_state_goes_on_with_the_very_next_number()
    {
        var random = new Xoshiro256(7);
        for (var i = 0; i < 10; i++) random.NextGaussian();
        var copy = Xoshiro256.Restore(random.Save());
        for (var i = 0; i < 100; i++) Assert.Equal(random.NextUInt64(), copy.NextUInt64());
    }

    [Fact]
    public void The_zero_state_is_refused() => Assert.Throws<ArgumentException>(() => Xoshiro256.Restore((0, 0, 0, 0)));

    [Fact]
    public void Streams_of_one_seed_are_unrelated()
    {
        Xoshiro256 first = new(1, 0), second = new(1, 1);
        var equal = 0;
        for (var i = 0; i < 1000; i++)
        {
            if (first.NextInt32(2) == second.NextInt32(2)) equal++;
        }

        Assert.InRange(equal, 430, 570);
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1.0)]
    [InlineData(7.5)]
    public void Gamma_deviates_have_mean_and_variance_of_their_shape(double shape)
    {
        var random = new Xoshiro256(11);
        var (mean, variance) = Moments(() => random.NextGamma(shape));
        Assert.Equal(shape, mean, 0.02 * Math.Max(1, shape));
        Assert.Equal(shape, variance, 0.05 * Math.Max(1, shape));
    }

    [Fact]
    public void Gaussian_uniform_exponential_and_beta_deviates_have_their_moments()
    {
        var random = new Xoshiro256(12);
        Check(() => random.NextGaussian(), 0, 1);
        Check(() => random.NextDouble(), 0.5, 1.0 / 12);
        Check(() => random.NextExponential(), 1, 1);
        Check(() => random.NextBeta(2, 6), 0.25, 12.0 / (64 * 9));
    }

    [Fact]
    public void Gaussian_deviates_follow_the_normal_distribution_to_its_tails()
    {
        const int n = 2_000_000;
        var random = new Xoshiro256(15);
        double[] limits = [-3.7, -3, -2, -1, -0.3, 0, 0.1, 0.5, 1.5, 2.5, 3.6541528853610088, 4];
        // P(z < limit), to ten digits.
        double[] expected =
        [
            1.077997335e-4, 1.349898032e-3, 2.275013195e-2, 0.1586552539, 0.3820885778, 0.5, 0.5398278373, 0.6914624613, 0.9331927987, 0.9937903347, 0.9998709838, 0.9999683288,
        ];
        var below = new int[limits.Length];
        for (var i = 0; i < n; i++)
        {
            var z = random.NextGaussian();
            for (var j = 0; j < limits.Length; j++)
            {
                if (z < limits[j]) below[j]++;
            }
        }

        for (var j = 0; j < limits.Length; j++)
        {
            var error = Math.Sqrt(expected[j] * (1 - expected[j]) / n);
            Assert.InRange((double)below[j] / n, expected[j] - 4 * error, expected[j] + 4 * error);
        }
    }

    [Fact]
    public void Bounded_integers_are_uniform()
    {
        var random = new Xoshiro256(13);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[random.NextInt32(7)]++;
        // χ² with 6 degrees of freedom is below 22.5 with probability .999.
        Assert.True(counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000) < 22.5);
    }

    [Fact]
    public void A_shuffle_keeps_every_item()
    {
        var random = new Xoshiro256(14);
        int[] items = [.. Enumerable.Range(0, 100)];
        random.Shuffle<int>(items);
        Assert.NotEqual(Enumerable.Range(0, 100), items);
        Assert.Equal(Enumerable.Range(0, 100), items.Order());
    }

    private static void Check(Func<double> draw, double expectedMean, double expectedVariance)
    {
        var (mean, variance) = Moments(draw);
        Assert.Equal(expectedMean, mean, 0.01);
        Assert.Equal(expectedVariance, variance, 0.02);
    }

    private static (double Mean, double Variance) Moments(Func<double> draw)
    {
        const int n = 200_000;
        double sum = 0, squares = 0;
        for (var i = 0; i < n; i++)
        {
            var value = draw();
            sum += value;
            squares += value * value;
        }

        return (sum / n, squares / n - sum / n * (sum / n));
    }
}
