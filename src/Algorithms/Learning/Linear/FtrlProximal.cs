using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Linear;

/// <summary>Follow the regularised leader, proximal: per-coordinate rates as in AdaGrad, and true zeros through L1.</summary>
/// <remarks>
/// <para>
/// Source: H. B. McMahan et al., "Ad click prediction: a view from the trenches" (KDD 2013), algorithm 1. With g the gradient of a coordinate,
/// σ = (√(n + g²) − √n)/α, z ← z + g − σw, n ← n + g², and the weight is read as
/// w = 0 if |z| ≤ λ₁, else −(z − sign(z)·λ₁) / ((β + √n)/α + λ₂). The intercept uses λ₁ = λ₂ = 0.
/// </para>
/// <para>
/// Two doubles a coordinate (z, n); a touched coordinate costs one square root to read and two to learn.
/// Worked example: α = .1, β = 1, λ = 0, first gradient g = −.5 at w = 0: z = −.5, n = .25, w = .5 / ((1 + .5)/.1) = .0333.
/// </para>
/// </remarks>
public sealed class FtrlProximal : LinearWeights
{
    private readonly FtrlProximalOptions _options;

    /// <summary>Weights all zero.</summary>
    /// <param name="options">Rates and penalties; defaults where null.</param>
    /// <param name="capacity">Features to make room for at once.</param>
    public FtrlProximal(FtrlProximalOptions? options = null, int capacity = 0)
        : base(capacity)
    {
        _options = options ?? new FtrlProximalOptions();
        _options.Validate();
    }

    private protected override StateKind Kind => StateKind.FtrlProximal;

    private protected override int ParameterSize => 4 * sizeof(double);

    private protected override double WeightAt(int slot)
    {
        var z = First[slot];
        if (slot == 0) return -z / ((_options.Beta + Math.Sqrt(Second[slot])) / _options.Alpha);
        if (Math.Abs(z) <= _options.L1) return 0;
        return -(z - Math.CopySign(_options.L1, z)) / ((_options.Beta + Math.Sqrt(Second[slot])) / _options.Alpha + _options.L2);
    }

    private protected override void Step(int slot, double gradient, bool isIntercept)
    {
        var n = Second[slot];
        var next = n + gradient * gradient;
        var sigma = (Math.Sqrt(next) - Math.Sqrt(n)) / _options.Alpha;
        First[slot] += gradient - sigma * WeightAt(slot);
        Second[slot] = next;
    }

    private protected override void SaveParameters(ref StateWriter writer)
    {
        writer.Write(_options.Alpha);
        writer.Write(_options.Beta);
        writer.Write(_options.L1);
        writer.Write(_options.L2);
    }

    internal static FtrlProximal LoadWeights(ref StateReader reader)
    {
        reader.ReadHead(StateKind.FtrlProximal, 1);
        var options = new FtrlProximalOptions { Alpha = reader.ReadDouble(), Beta = reader.ReadDouble(), L1 = reader.ReadDouble(), L2 = reader.ReadDouble() };
        if (!options.IsValid) throw new InvalidStateException("The stored rates or penalties are out of range.");
        var weights = new FtrlProximal(options, ReadCapacity(ref reader));
        weights.LoadSlots(ref reader);
        return weights;
    }
}
