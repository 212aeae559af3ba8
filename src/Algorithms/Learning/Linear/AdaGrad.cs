using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Linear;

/// <summary>Adaptive gradient: each coordinate's rate falls with the square root of the squared gradients that it has seen.</summary>
/// <remarks>
/// <para>
/// Source: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization" (JMLR 2011), diagonal form:
/// n ← n + g², w ← w − η·g / (√n + ε), with g ← g + λ₂w on touched coordinates (not on the intercept).
/// A coordinate's step never exceeds η in size, whatever the scale of its feature.
/// </para>
/// <para>
/// Two doubles a coordinate (w, n). Worked example: η = .1, ε = 1e-8, first gradient −.5: n = .25, w = .1·.5/.5 = .1.
/// </para>
/// </remarks>
public sealed class AdaGrad : LinearWeights
{
    private readonly AdaGradOptions _options;

    /// <summary>Weights all zero.</summary>
    /// <param name="options">Rate and penalty; defaults where null.</param>
    /// <param name="capacity">Features to make room for at once.</param>
    public AdaGrad(AdaGradOptions? options = null, int capacity = 0)
        : base(capacity)
    {
        _options = options ?? new AdaGradOptions();
        _options.Validate();
    }

    private protected override StateKind Kind => StateKind.AdaGrad;

    private protected override int ParameterSize => 3 * sizeof(double);

    private protected override double WeightAt(int slot) => First[slot];

    private protected override void Step(int slot, double gradient, bool isIntercept)
    {
        if (!isIntercept) gradient += _options.L2 * First[slot];
        Second[slot] += gradient * gradient;
        First[slot] -= _options.Rate * gradient / (Math.Sqrt(Second[slot]) + _options.Epsilon);
    }

    private protected override void SaveParameters(ref StateWriter writer)
    {
        writer.Write(_options.Rate);
        writer.Write(_options.Epsilon);
        writer.Write(_options.L2);
    }

    internal static AdaGrad LoadWeights(ref StateReader reader)
    {
        reader.ReadHead(StateKind.AdaGrad, 1);
        var options = new AdaGradOptions { Rate = reader.ReadDouble(), Epsilon = reader.ReadDouble(), L2 = reader.ReadDouble() };
        if (!options.IsValid) throw new InvalidStateException("The stored rate or penalty is out of range.");
        var weights = new AdaGrad(options, ReadCapacity(ref reader));
        weights.LoadSlots(ref reader);
        return weights;
    }
}
