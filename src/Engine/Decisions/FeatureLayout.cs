using System.Collections.Concurrent;
using System.Numerics.Tensors;
using Personalization.Decisions;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions;

/// <summary>
/// What the feature vector x of a slot is made of: the constant 1, what the profile says, what the request's context says. Bounded as a whole, so that no caller's
/// example outweighs those of others; all components are rounded to 32 bits, so that x is the same wherever it is stored.
/// </summary>
/// <remarks>
/// <list type="table">
/// <item><term>x₀</term><description>1</description></item>
/// <item><term>x₁</term><description>1 if the customer has bought</description></item>
/// <item><term>x₂</term><description>ln(1 + orders)/4, at most 1</description></item>
/// <item><term>x₃</term><description>2^(−days since the last purchase/30), 0 without one</description></item>
/// <item><term>x₄</term><description>ln(1 + events of the session)/4, at most 1, while the session is open</description></item>
/// <item><term>x₅</term><description>1 if there is something in the cart of the open session</description></item>
/// <item><term>x₆</term><description>ln(1 + sessions)/4, at most 1</description></item>
/// <item><term>x₇</term><description>2^(−days since the last event/7), 0 for a stranger</description></item>
/// <item><term>x₈ …</term><description>the context: one component for each configured feature, else 24 that it is hashed into</description></item>
/// </list>
/// <para>A context feature is hashed into two of the 24 components with a sign each and weight 1/√2 (Weinberger et al., Feature Hashing, 2009; two places make it
/// unlikely that two features share both).</para>
/// <para><b>Bounds.</b> A text or flag counts 1, a number between −1 and 1 (<see cref="ContextFeature.Standardise"/>). The context's part as a whole has at most the
/// length √9 (of configured features: √(their number) where that is more): nine values count in full, more of them share the same length. So ‖x‖² ≤ 17 by default, where
/// a stranger's x with one value of the context has 2.</para>
/// </remarks>
public sealed class FeatureLayout
{
    /// <summary>Components that the profile fills, the constant included.</summary>
    public const int ProfileFeatures = 8;

    /// <summary>Components that an unconfigured context is hashed into.</summary>
    public const int HashedFeatures = 24;

    /// <summary>The name under which a slot that shares its model with others stands among the context's values.</summary>
    public const string SlotName = "slot";

    private const double LeastSquares = 9;
    private const int LongestOnStack = 256;
    private const int MostNames = 1000;
    private const int LongestName = 128;
    private static readonly double HashWeight = Math.Sqrt(.5);

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _placesByText;
    private readonly ContextFeature[] _configured;
    private readonly double _mostSquares;
    private ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Makes a layout.</summary>
    /// <param name="contextFeatures">Configured features, see <see cref="ContextFeature"/>; none = hashing.</param>
    /// <exception cref="ArgumentException">A feature's range is none.</exception>
    public FeatureLayout(IReadOnlyList<string> contextFeatures)
    {
        ArgumentNullException.ThrowIfNull(contextFeatures);
        var configured = new List<ContextFeature>(contextFeatures.Count);
        foreach (var text in contextFeatures)
        {
            if (!ContextFeature.TryParse(text, out var feature)) throw new ArgumentException($"'{text}' is no feature of a context", nameof(contextFeatures));
            if (_places.TryAdd(feature.Key, ProfileFeatures + configured.Count)) configured.Add(feature);
        }

        _configured = [.. configured];
        _placesByText = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        _mostSquares = Math.Max(LeastSquares, configured.Count);
        Dimension = ProfileFeatures + (configured.Count > 0 ? configured.Count : HashedFeatures);
    }

    /// <summary>d.</summary>
    public int Dimension { get; }

    /// <summary>Fills x; answers what each value of the context counts in it, 1 or less: see the bounds above.</summary>
    /// <param name="profile">The customer; read for <see cref="FeaturePurpose.Personalization"/>.</param>
    /// <param name="at">When, milliseconds since 1970-01-01 UTC.</param>
    /// <param name="settings">The settings that the profile was folded with.</param>
    /// <param name="context">The request's context.</param>
    /// <param name="slot">The slot, where it shares its model with others; null where it has its own.</param>
    /// <param name="x">Takes x.</param>
    public double Fill(CustomerProfile profile, long at, FoldSettings settings, Dictionary<string, ContextValue> context, string? slot, Span<double> x)
    {
        ArgumentNullException.ThrowIfNull(context);
        x.Clear();
        x[0] = 1;
        CustomerFeatures.Read(profile, at, settings, x[1..ProfileFeatures]);
        foreach (var (name, value) in context) Add(name, value, x);
        if (slot is not null && !context.ContainsKey(SlotName)) Add(SlotName, ContextValue.Of(slot), x);
        var scale = Bound(x[ProfileFeatures..]);
        foreach (ref var component in x) component = (float)component;
        return scale;
    }

    private double Bound(Span<double> context)
    {
        var squares = TensorPrimitives.SumOfSquares<double>(context);
        if (squares <= _mostSquares) return 1;
        var scale = Math.Sqrt(_mostSquares / squares);
        TensorPrimitives.Multiply(context, scale, context);
        return scale;
    }

    /// <summary>Adds to x what a value of the context puts there before the whole is bounded. False: nothing.</summary>
    public bool Add(string name, in ContextValue value, Span<double> x)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (value.IsNull) return false;
        Span<char> buffer = stackalloc char[LongestOnStack];
        var feature = FeatureOf(name, value, buffer);
        if (_configured.Length > 0)
        {
            if (!_placesByText.TryGetValue(feature, out var place)) return false;
            x[place] += value.Kind == ContextValueKind.Number ? _configured[place - ProfileFeatures].Standardise(value.Number) : 1;
            return true;
        }

        var number = value.Kind == ContextValueKind.Number ? ContextFeature.Magnitude(value.Number) : 1;
        var hash = KeyHash.Hash64(feature);
        var first = (uint)hash % HashedFeatures;
        // Never the same place twice: two signs could cancel.
        var second = (first + 1 + (uint)(hash >> 32) % (HashedFeatures - 1)) % HashedFeatures;
        x[ProfileFeatures + (int)first] += (hash & 1UL << 31) == 0 ? number * HashWeight : -number * HashWeight;
        x[ProfileFeatures + (int)second] += (hash & 1UL << 63) == 0 ? number * HashWeight : -number * HashWeight;
        return true;
    }

    /// <summary>What a component of the profile is called.</summary>
    public static string NameOf(int profileFeature) => profileFeature == 0 ? DecisionWords.BaseRate : CustomerFeatures.All[profileFeature - 1].Name;

    /// <summary>What a context's value is called among a choice's factors: <c>context.name=value</c>, or <c>context.name</c> for a number.</summary>
    public string FactorOf(string name, in ContextValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<char> buffer = stackalloc char[LongestOnStack];
        var feature = FeatureOf(name, value, buffer);
        var names = _names;
        if (names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(feature, out var known)) return known;
        var factor = string.Concat(DecisionWords.ContextPrefix, feature);
        if (feature.Length > LongestName) return factor;
        // Callers make values up: a table that is full begins anew, so that no name keeps its place because it came first.
        if (names.Count >= MostNames) _names = names = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        names.TryAdd(feature.ToString(), factor);
        return factor;
    }

    /// <summary><c>name=value</c>, or <c>name</c> for a number; in the buffer, where it fits.</summary>
    private static ReadOnlySpan<char> FeatureOf(string name, in ContextValue value, Span<char> buffer)
    {
        if (value.Kind == ContextValueKind.Number) return name;
        var text = value.Kind == ContextValueKind.Text ? value.Text : value.IsTrue ? "true" : "false";
        var length = name.Length + 1 + text!.Length;
        if (length > buffer.Length) buffer = new char[length];
        name.CopyTo(buffer);
        buffer[name.Length] = '=';
        text.CopyTo(buffer[(name.Length + 1)..]);
        return buffer[..length];
    }
}
