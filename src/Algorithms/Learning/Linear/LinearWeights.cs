using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Linear;

/// <summary>The weights of a linear model together with the rule that moves them along a gradient.</summary>
/// <remarks>
/// The score is s(x) = w₀ + Σ wᵢxᵢ, with the intercept w₀ never regularised. Arrays grow to the highest index seen in learning; a higher index in predicting has weight 0.
/// The stored form lists only coordinates that were ever touched, in order of index.
/// </remarks>
public abstract class LinearWeights : IStateful
{
    private const int InterceptSlot = 0;

    /// <summary>Room for <paramref name="capacity"/> features at first; grows as needed.</summary>
    private protected LinearWeights(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        First = new double[capacity + 1];
        Second = new double[capacity + 1];
    }

    /// <summary>The two numbers kept per coordinate, slot 0 the intercept; index i is slot i + 1.</summary>
    private protected double[] First { get; private set; }

    private protected double[] Second { get; private set; }

    private protected abstract StateKind Kind { get; }

    /// <summary>The intercept w₀.</summary>
    public double Intercept => WeightAt(InterceptSlot);

    /// <summary>The weight of a feature; 0 for one never learned.</summary>
    public double Weight(int index) => index >= 0 && index + 1 < First.Length ? WeightAt(index + 1) : 0;

    /// <summary>The number of features with a weight other than 0.</summary>
    public int NonZero
    {
        get
        {
            var count = 0;
            for (var slot = 1; slot < First.Length; slot++)
            {
                if (WeightAt(slot) != 0) count++;
            }

            return count;
        }
    }

    /// <summary>s(x) = w₀ + Σ wᵢxᵢ over the present features. O(features).</summary>
    public double Score(ReadOnlySpan<Feature> features)
    {
        var score = WeightAt(InterceptSlot);
        foreach (ref readonly var feature in features)
        {
            if (feature.IsPresent && feature.Index + 1 < First.Length) score += WeightAt(feature.Index + 1) * feature.Value;
        }

        return score;
    }

    /// <summary>Moves every weight that the input touches along the loss's derivative by the score, ∂ℓ/∂s. O(features).</summary>
    public void Update(ReadOnlySpan<Feature> features, double scoreGradient)
    {
        Step(InterceptSlot, scoreGradient, isIntercept: true);
        foreach (ref readonly var feature in features)
        {
            if (!feature.IsPresent || feature.Value == 0) continue;
            var slot = feature.Index + 1;
            if (slot >= First.Length) Grow(slot + 1);
            Step(slot, scoreGradient * feature.Value, isIntercept: false);
        }
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + ParameterSize + 4 + 4 + Touched() * (4 + 2 * sizeof(double));

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(Kind, 1);
        SaveParameters(ref writer);
        writer.Write(First.Length - 1);
        writer.Write(Touched());
        for (var slot = 0; slot < First.Length; slot++)
        {
            if (!IsTouched(slot)) continue;
            writer.Write(slot);
            writer.Write(First[slot]);
            writer.Write(Second[slot]);
        }
    }

    /// <summary>Restores the weights that come next, of whichever rule they are.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static LinearWeights Load(ref StateReader reader)
    {
        switch (reader.PeekKind())
        {
            case StateKind.FtrlProximal:
                return FtrlProximal.LoadWeights(ref reader);
            case StateKind.AdaGrad:
                return AdaGrad.LoadWeights(ref reader);
            default:
                throw new InvalidStateException($"A state of kind {reader.PeekKind()} holds no linear weights.");
        }
    }

    private protected abstract int ParameterSize { get; }

    private protected abstract void SaveParameters(ref StateWriter writer);

    private protected abstract double WeightAt(int slot);

    private protected abstract void Step(int slot, double gradient, bool isIntercept);

    private protected void LoadSlots(ref StateReader reader)
    {
        for (var count = reader.ReadCount(4 + 2 * sizeof(double)); count > 0; count--)
        {
            var slot = reader.ReadInt32();
            if ((uint)slot >= (uint)First.Length) throw new InvalidStateException($"Coordinate {slot} lies outside the {First.Length} of this state.");
            First[slot] = reader.ReadDouble();
            Second[slot] = reader.ReadDouble();
        }
    }

    private protected static int ReadCapacity(ref StateReader reader)
    {
        var capacity = reader.ReadInt32();
        // 2²⁸ is the largest hashed space; more would be damaged bytes asking for gigabytes.
        if (capacity is < 0 or > 1 << 28) throw new InvalidStateException($"A capacity of {capacity} features is out of range.");
        return capacity;
    }

    private bool IsTouched(int slot) => BitConverter.DoubleToInt64Bits(First[slot]) != 0 || BitConverter.DoubleToInt64Bits(Second[slot]) != 0;

    private int Touched()
    {
        var count = 0;
        for (var slot = 0; slot < First.Length; slot++)
        {
            if (IsTouched(slot)) count++;
        }

        return count;
    }

    private void Grow(int needed)
    {
        // Doubling keeps growth amortised; index + 1 is at most 2³¹ − 1, an array's bound is a little lower and throws by itself.
        var length = (int)Math.Min(Math.Max((long)needed, 2L * First.Length), Math.Max(needed, Array.MaxLength));
        var first = First;
        var second = Second;
        Array.Resize(ref first, length);
        Array.Resize(ref second, length);
        First = first;
        Second = second;
    }
}
