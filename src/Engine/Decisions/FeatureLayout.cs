using System.Collections.Concurrent;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Profiles;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions;

/// <summary>
/// What the feature vector x of a slot is made of: the constant 1, what the profile says, what the request's context says. Every component is
/// between −1 and 1 but for numbers of the context, which are cut at ±10; all are rounded to 32 bits, so that x is the same wherever it is stored.
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
/// A context feature is hashed into two of the 24 components with a sign each and weight 1/√2 (Weinberger et al., Feature Hashing, 2009; two places make it
/// unlikely that two features share both).
/// </remarks>
public sealed class FeatureLayout
{
    /// <summary>Components that the profile fills, the constant included.</summary>
    public const int ProfileFeatures = 8;

    /// <summary>Components that an unconfigured context is hashed into.</summary>
    public const int HashedFeatures = 24;

    private const double LargestNumber = 10;
    private const double DayMs = 86_400_000;
    private static readonly double HashWeight = Math.Sqrt(.5);
    private static readonly string[] ProfileNames =
        ["base rate", "has bought", "orders", "recency of purchase", "depth of session", "cart", "sessions", "recency of visit"];

    private const int LongestOnStack = 256;
    private const int MostNames = 1000;

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _placesByText;
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Makes a layout.</summary>
    /// <param name="contextFeatures">Configured features: <c>name=value</c> for a text or flag, <c>name</c> for a number; none = hashing.</param>
    public FeatureLayout(IReadOnlyList<string> contextFeatures)
    {
        ArgumentNullException.ThrowIfNull(contextFeatures);
        foreach (var feature in contextFeatures) _places.TryAdd(feature, ProfileFeatures + _places.Count);
        _placesByText = _places.GetAlternateLookup<ReadOnlySpan<char>>();
        Dimension = ProfileFeatures + (_places.Count > 0 ? _places.Count : HashedFeatures);
    }

    /// <summary>d.</summary>
    public int Dimension { get; }

    /// <summary>Fills x.</summary>
    public void Fill(in EligibilityContext customer, Dictionary<string, ContextValue> context, Span<double> x)
    {
        ArgumentNullException.ThrowIfNull(context);
        x.Clear();
        Profile(customer, x);
        foreach (var (name, value) in context) Add(name, value, x);
        foreach (ref var component in x) component = (float)component;
    }

    /// <summary>Adds to x what a value of the context puts there. False: nothing.</summary>
    public bool Add(string name, in ContextValue value, Span<double> x)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (value.IsNull) return false;
        var number = value.Kind == ContextValueKind.Number ? Math.Clamp(value.Number, -LargestNumber, LargestNumber) : 1;
        Span<char> buffer = stackalloc char[LongestOnStack];
        var feature = FeatureOf(name, value, buffer);
        if (_places.Count > 0)
        {
            if (!_placesByText.TryGetValue(feature, out var place)) return false;
            x[place] += number;
            return true;
        }

        var hash = KeyHash.Hash64(feature);
        var first = (uint)hash % HashedFeatures;
        // Never the same place twice: two signs could cancel.
        var second = (first + 1 + (uint)(hash >> 32) % (HashedFeatures - 1)) % HashedFeatures;
        x[ProfileFeatures + (int)first] += (hash & 1UL << 31) == 0 ? number * HashWeight : -number * HashWeight;
        x[ProfileFeatures + (int)second] += (hash & 1UL << 63) == 0 ? number * HashWeight : -number * HashWeight;
        return true;
    }

    /// <summary>What a component of the profile is called.</summary>
    public static string NameOf(int profileFeature) => ProfileNames[profileFeature];

    /// <summary>What a context's value is called among a choice's factors: <c>context.name=value</c>, or <c>context.name</c> for a number.</summary>
    public string FactorOf(string name, in ContextValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        Span<char> buffer = stackalloc char[LongestOnStack];
        var feature = FeatureOf(name, value, buffer);
        var names = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (names.TryGetValue(feature, out var known)) return known;
        var factor = string.Concat(DecisionWords.ContextPrefix, feature);
        // Values that never come twice would fill any table.
        if (_names.Count < MostNames) names.TryAdd(feature, factor);
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

    private static void Profile(in EligibilityContext customer, Span<double> x)
    {
        var state = customer.State;
        ref readonly var purchases = ref state.Purchases;
        ref readonly var session = ref state.Session;
        var time = customer.Time;
        x[0] = 1;
        if (purchases.Orders > 0)
        {
            x[1] = 1;
            x[2] = Math.Min(1, Math.Log(1 + purchases.Orders) / 4);
            x[3] = Math.Pow(2, -Math.Max(0, time - purchases.LastAt) / DayMs / 30);
        }

        if (session.LastAt <= 0) return;
        if (time - session.LastAt <= customer.Settings.SessionGapMs)
        {
            x[4] = Math.Min(1, Math.Log(1 + session.Events) / 4);
            x[5] = session.CartItems > 0 ? 1 : 0;
        }

        x[6] = Math.Min(1, Math.Log(1 + session.Ordinal) / 4);
        x[7] = Math.Pow(2, -Math.Max(0, time - session.LastAt) / DayMs / 7);
    }
}
