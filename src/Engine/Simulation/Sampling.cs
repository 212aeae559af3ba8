using Personalization.Algorithms.Numerics;

namespace Personalization.Engine.Simulation;

/// <summary>Draws by weight.</summary>
internal static class Sampling
{
    /// <summary>Running sums of weights, for <see cref="Draw"/>.</summary>
    public static double[] Cumulative(ReadOnlySpan<double> weights)
    {
        var sums = new double[weights.Length];
        var sum = 0.0;
        for (var i = 0; i < sums.Length; i++) sums[i] = sum += weights[i];
        return sums;
    }

    /// <summary>An index with probability proportional to its weight; O(log n).</summary>
    public static int Draw(double[] cumulative, ref Xoshiro256 random)
    {
        var at = Array.BinarySearch(cumulative, random.NextDouble() * cumulative[^1]);
        return Math.Min(at < 0 ? ~at : at + 1, cumulative.Length - 1);
    }

    /// <summary>A Poisson number by counting exponentials; for small means.</summary>
    public static int Poisson(double mean, ref Xoshiro256 random)
    {
        var count = 0;
        for (var left = mean - random.NextExponential(); left > 0; left -= random.NextExponential()) count++;
        return count;
    }
}
