using Personalization.Algorithms.Numerics;

namespace Personalization.Load.Traffic;

/// <summary>
/// Draws numbers 0 to n − 1 with given weights in O(1) by the alias method (M. Vose, "A Linear Algorithm for Generating Random Numbers with a
/// Given Distribution", 1991), so that choosing a customer costs the same whatever their number.
/// </summary>
internal sealed class AliasSampler
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    /// <summary>Makes the tables, O(n).</summary>
    /// <param name="weights">Not negative, with a positive sum.</param>
    public AliasSampler(ReadOnlySpan<double> weights)
    {
        var n = weights.Length;
        ArgumentOutOfRangeException.ThrowIfZero(n, nameof(weights));
        var sum = 0.0;
        foreach (var weight in weights) sum += weight;
        _keep = new double[n];
        _alias = new int[n];
        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var i = 0; i < n; i++)
        {
            _keep[i] = weights[i] / sum * n;
            (_keep[i] < 1 ? small : large).Push(i);
        }

        while (small.TryPop(out var less) && large.TryPop(out var more))
        {
            _alias[less] = more;
            _keep[more] -= 1 - _keep[less];
            (_keep[more] < 1 ? small : large).Push(more);
        }

        // What is left is 1 up to rounding.
        foreach (var i in small.Concat(large)) _keep[i] = 1;
    }

    /// <summary>Weights 1/rank^exponent: a few customers do most, as in a shop.</summary>
    public static AliasSampler Zipf(int count, double exponent)
    {
        var weights = new double[count];
        for (var rank = 1; rank <= count; rank++) weights[rank - 1] = Math.Pow(rank, -exponent);
        return new AliasSampler(weights);
    }

    /// <summary>Draws one.</summary>
    public int Draw(ref Xoshiro256 random)
    {
        var slot = random.NextInt32(_keep.Length);
        return random.NextDouble() < _keep[slot] ? slot : _alias[slot];
    }
}
