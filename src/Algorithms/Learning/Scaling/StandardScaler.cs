using Personalization.Algorithms.Learning.Features;
using Personalization.Algorithms.State;

namespace Personalization.Algorithms.Learning.Scaling;

/// <summary>Brings every feature to mean 0 and deviation 1 by the moments of what it has seen so far: z = (x − mean)/deviation.</summary>
/// <remarks>
/// Moments (<see cref="RunningMoments"/>) are over present values only: a missing feature stays missing and so counts as its mean in a linear model, which is the usual imputation for free.
/// A feature never seen before, or without variance so far, becomes 0. Indicators lose nothing by being scaled but gain nothing either: in a hashed space send only the numbers through.
/// |z| is cut at <see cref="LargestValue"/>, so that one wild value cannot throw a model off its course. Scalers of shards merge. 24 bytes a feature.
/// </remarks>
public sealed class StandardScaler : IStateful
{
    /// <summary>The bound on |z|: the value 1,000 standard deviations out.</summary>
    public const float LargestValue = 1000;

    private RunningMoments[] _moments;

    /// <summary>A scaler that has seen nothing.</summary>
    public StandardScaler(int capacity = 0) => _moments = new RunningMoments[capacity];

    /// <summary>What is known of a feature.</summary>
    public RunningMoments Moments(int index) => (uint)index < (uint)_moments.Length ? _moments[index] : default;

    /// <summary>Takes the present values into the moments.</summary>
    public void LearnOne(ReadOnlySpan<Feature> features, double weight = 1)
    {
        foreach (ref readonly var feature in features)
        {
            if (!feature.IsPresent) continue;
            if (feature.Index >= _moments.Length) Array.Resize(ref _moments, Math.Max(feature.Index + 1, 2 * _moments.Length));
            _moments[feature.Index].Add(feature.Value, weight);
        }
    }

    /// <summary>Writes the scaled features into <paramref name="destination"/> (as long as the input at least), missing ones left out.</summary>
    /// <returns>How many were written.</returns>
    public int Transform(ReadOnlySpan<Feature> features, Span<Feature> destination)
    {
        var count = 0;
        foreach (ref readonly var feature in features)
        {
            if (!feature.IsPresent) continue;
            var moments = Moments(feature.Index);
            var deviation = moments.Deviation;
            var z = deviation > 0 ? (feature.Value - moments.Mean) / deviation : 0;
            destination[count++] = new Feature(feature.Index, Math.Clamp((float)z, -LargestValue, LargestValue));
        }

        return count;
    }

    /// <summary>Adds what another scaler has seen, as if this one had seen both streams.</summary>
    public void Merge(StandardScaler other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._moments.Length > _moments.Length) Array.Resize(ref _moments, other._moments.Length);
        for (var i = 0; i < other._moments.Length; i++) _moments[i].Merge(other._moments[i]);
    }

    /// <inheritdoc/>
    public int StateSize => StateWriter.HeadSize + 4 + 4 + Seen() * (4 + 3 * sizeof(double));

    /// <inheritdoc/>
    public void Save(ref StateWriter writer)
    {
        writer.WriteHead(StateKind.StandardScaler, 1);
        writer.Write(_moments.Length);
        writer.Write(Seen());
        for (var i = 0; i < _moments.Length; i++)
        {
            if (_moments[i].Weight == 0) continue;
            writer.Write(i);
            writer.Write(_moments[i].Weight);
            writer.Write(_moments[i].Mean);
            writer.Write(_moments[i].Squares);
        }
    }

    /// <summary>Restores what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidStateException">The bytes are not such a state.</exception>
    public static StandardScaler Load(ref StateReader reader)
    {
        reader.ReadHead(StateKind.StandardScaler, 1);
        var length = reader.ReadInt32();
        if (length is < 0 or > 1 << 28) throw new InvalidStateException($"A capacity of {length} features is out of range.");
        var scaler = new StandardScaler(length);
        for (var count = reader.ReadCount(4 + 3 * sizeof(double)); count > 0; count--)
        {
            var index = reader.ReadInt32();
            if ((uint)index >= (uint)length) throw new InvalidStateException($"Feature {index} lies outside the {length} of this state.");
            var (weight, mean, squares) = (reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
            if (!(weight >= 0) || !double.IsFinite(mean) || !(squares >= 0)) throw new InvalidStateException($"The moments of feature {index} are impossible.");
            scaler._moments[index] = new RunningMoments(weight, mean, squares);
        }

        return scaler;
    }

    private int Seen()
    {
        var count = 0;
        foreach (ref readonly var moments in _moments.AsSpan())
        {
            if (moments.Weight > 0) count++;
        }

        return count;
    }
}
