using System.Numerics;
using System.Runtime.InteropServices;

namespace Personalization.Engine.Profiles;

/// <summary>
/// Decayed weights of at most N keys, all relative to one time that the owner of the table keeps. A new key in a full table takes the place
/// of the smallest weight (ties: of the smallest key), so a weight is what came since the key last entered.
/// </summary>
/// <remarks>
/// Unlike space-saving a new key does not inherit the weight that it displaces: an affinity is never more than what the customer did, and a key
/// needs no error beside it, which is 8 of 24 bytes.
/// </remarks>
internal sealed class AffinityTable
{
    private ulong[] _keys = [];
    private double[] _weights = [];

    public int Count { get; private set; }

    public ReadOnlySpan<ulong> Keys => _keys.AsSpan(0, Count);

    public ReadOnlySpan<double> Weights => _weights.AsSpan(0, Count);

    public void Add(ulong key, double weight, int capacity)
    {
        var at = Keys.IndexOf(key);
        if (at >= 0)
        {
            _weights[at] += weight;
            return;
        }

        if (Count >= capacity)
        {
            at = Smallest();
        }
        else
        {
            if (Count == _keys.Length) Reserve(Math.Min(capacity, Math.Max(2, Count + (Count / 2))));
            at = Count++;
        }

        _keys[at] = key;
        _weights[at] = weight;
    }

    public void Scale(double factor) => Scale(_weights.AsSpan(0, Count), factor);

    public AffinityTable Clone() => new() { _keys = Keys.ToArray(), _weights = Weights.ToArray(), Count = Count };

    public static AffinityTable From(ulong[] keys, double[] weights) => new() { _keys = keys, _weights = weights, Count = keys.Length };

    /// <summary>Multiplies every weight; a vector's lanes round as a scalar does, so the width of the machine changes no bit.</summary>
    public static void Scale(Span<double> weights, double factor)
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(weights);
        for (var i = 0; i < vectors.Length; i++) vectors[i] *= factor;
        for (var i = vectors.Length * Vector<double>.Count; i < weights.Length; i++) weights[i] *= factor;
    }

    private int Smallest()
    {
        var at = 0;
        for (var i = 1; i < Count; i++)
        {
            if (_weights[i] < _weights[at] || (_weights[i] == _weights[at] && _keys[i] < _keys[at])) at = i;
        }

        return at;
    }

    private void Reserve(int capacity)
    {
        Array.Resize(ref _keys, capacity);
        Array.Resize(ref _weights, capacity);
    }
}
