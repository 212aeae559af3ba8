namespace Personalization.Algorithms.Learning.Features;

/// <summary>Builds one sparse input in the caller's buffer: numbers, categories, and interactions of what was added before.</summary>
/// <remarks>
/// Values that are not finite, and names that a named space does not know, are left out: a missing value and a new name are normal. Allocates nothing (with a named space: nothing for known names).
/// <example><code>
/// Span&lt;Feature&gt; buffer = stackalloc Feature[32];
/// var x = new FeatureVector(space, buffer, learning: true);
/// x.Add("priceLog", MathF.Log(price));
/// var category = x.AddCategory("category", "shoes");
/// var channel = x.AddCategory("channel", "email");
/// x.AddInteractions(category, channel);          // category=shoes × channel=email
/// model.LearnOne(x.Features, clicked ? 1 : 0);
/// </code></example>
/// </remarks>
public ref struct FeatureVector
{
    private readonly IFeatureSpace _space;
    private readonly Span<Feature> _buffer;
    private readonly bool _learning;
    private int _count;

    /// <summary>Starts an empty vector.</summary>
    /// <param name="space">Where names get their index.</param>
    /// <param name="buffer">Room for all features; adding one more than fits throws.</param>
    /// <param name="learning">True: new names are added to the space. False (predicting): they are left out, the space stays as it is.</param>
    public FeatureVector(IFeatureSpace space, Span<Feature> buffer, bool learning)
    {
        ArgumentNullException.ThrowIfNull(space);
        _space = space;
        _buffer = buffer;
        _learning = learning;
    }

    /// <summary>What was added so far, in the buffer.</summary>
    public readonly ReadOnlySpan<Feature> Features => _buffer[.._count];

    /// <summary>Adds a number. Not finite: nothing is added.</summary>
    /// <returns>The range that was added (one feature or none), for <see cref="AddInteractions"/>.</returns>
    public Range Add(ReadOnlySpan<char> name, double value)
    {
        var start = _count;
        if (float.IsFinite((float)value)) Append(_learning ? _space.FindOrAdd(name) : _space.Find(name), (float)value);
        return start.._count;
    }

    /// <summary>Adds a category as the indicator <c>name=category</c> with value 1. The empty category is a category like any other.</summary>
    /// <returns>The range that was added (one feature or none), for <see cref="AddInteractions"/>.</returns>
    public Range AddCategory(ReadOnlySpan<char> name, ReadOnlySpan<char> category)
    {
        var start = _count;
        Append(_learning ? _space.FindOrAdd(name, category) : _space.Find(name, category), 1);
        return start.._count;
    }

    /// <summary>Adds every product of a feature of one range with a feature of another (ranges as the adding methods return them, or sliced from <see cref="Features"/>).</summary>
    /// <returns>The range of the products.</returns>
    public Range AddInteractions(Range left, Range right)
    {
        var start = _count;
        var (leftOffset, leftLength) = left.GetOffsetAndLength(start);
        var (rightOffset, rightLength) = right.GetOffsetAndLength(start);
        for (var i = leftOffset; i < leftOffset + leftLength; i++)
        {
            for (var j = rightOffset; j < rightOffset + rightLength; j++)
            {
                var a = _buffer[i];
                var b = _buffer[j];
                var product = a.Value * b.Value;
                if (float.IsFinite(product)) Append(_learning ? _space.FindOrAddCross(a.Index, b.Index) : _space.FindCross(a.Index, b.Index), product);
            }
        }

        return start.._count;
    }

    private void Append(int index, float value)
    {
        if (index < 0) return;
        if (_count == _buffer.Length) throw new InvalidOperationException($"The buffer holds {_buffer.Length} features and is full.");
        _buffer[_count++] = new Feature(index, value);
    }
}
