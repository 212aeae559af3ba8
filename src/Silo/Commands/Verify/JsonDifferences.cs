using System.Globalization;
using System.Text.Json;

namespace Personalization.Silo.Commands.Verify;

/// <summary>A field in which two values differ.</summary>
/// <param name="Field">Its path, for example <c>Totals.Revenue</c> or <c>RecentItems[3].ItemId</c>.</param>
/// <param name="Left">The left value as JSON; "nothing" where it is missing.</param>
/// <param name="Right">The right value likewise.</param>
public sealed record JsonDifference(string Field, string Left, string Right)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Left} ≠ {Right}";
}

/// <summary>Finds every field in which two JSON values differ: texts, counts and truth values exactly, reals within a relative tolerance.</summary>
public static class JsonDifferences
{
    /// <summary>Reals a and b are equal if |a − b| ≤ 1e-9 · max(|a|, |b|).</summary>
    public const double RelativeTolerance = 1e-9;

    private const string Missing = "nothing";

    /// <summary>The differences, in the order of the left value's fields.</summary>
    /// <remarks>A number with a decimal point or an exponent on either side is a real; two whole numbers must be the same.</remarks>
    public static IReadOnlyList<JsonDifference> Find(JsonElement left, JsonElement right)
    {
        var found = new List<JsonDifference>();
        Compare("", left, right, found);
        return found;
    }

    private static void Compare(string path, JsonElement left, JsonElement right, List<JsonDifference> found)
    {
        if (left.ValueKind != right.ValueKind)
        {
            found.Add(new JsonDifference(path, left.GetRawText(), right.GetRawText()));
            return;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Object: CompareObjects(path, left, right, found); break;
            case JsonValueKind.Array: CompareArrays(path, left, right, found); break;
            case JsonValueKind.Number when AreEqualNumbers(left.GetRawText(), right.GetRawText()): break;
            case JsonValueKind.String when left.ValueEquals(right.GetString()): break;
            case JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null: break;
            default: found.Add(new JsonDifference(path, left.GetRawText(), right.GetRawText())); break;
        }
    }

    private static void CompareObjects(string path, JsonElement left, JsonElement right, List<JsonDifference> found)
    {
        foreach (var member in left.EnumerateObject())
        {
            var inner = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            if (right.TryGetProperty(member.Name, out var other)) Compare(inner, member.Value, other, found);
            else found.Add(new JsonDifference(inner, member.Value.GetRawText(), Missing));
        }

        foreach (var member in right.EnumerateObject())
        {
            if (!left.TryGetProperty(member.Name, out _))
                found.Add(new JsonDifference(path.Length == 0 ? member.Name : $"{path}.{member.Name}", Missing, member.Value.GetRawText()));
        }
    }

    private static void CompareArrays(string path, JsonElement left, JsonElement right, List<JsonDifference> found)
    {
        var (lefts, rights) = (left.GetArrayLength(), right.GetArrayLength());
        for (var i = 0; i < Math.Max(lefts, rights); i++)
        {
            var inner = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (i >= rights) found.Add(new JsonDifference(inner, left[i].GetRawText(), Missing));
            else if (i >= lefts) found.Add(new JsonDifference(inner, Missing, right[i].GetRawText()));
            else Compare(inner, left[i], right[i], found);
        }
    }

    private static bool AreEqualNumbers(string left, string right)
    {
        if (left == right) return true;
        if (!IsReal(left) && !IsReal(right)) return false;
        var (a, b) = (double.Parse(left, CultureInfo.InvariantCulture), double.Parse(right, CultureInfo.InvariantCulture));
        return Math.Abs(a - b) <= RelativeTolerance * Math.Max(Math.Abs(a), Math.Abs(b));
    }

    private static bool IsReal(string number) => number.AsSpan().ContainsAny('.', 'e', 'E');
}
