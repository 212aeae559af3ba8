using System.Globalization;
using System.Text;
using System.Text.Json;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Json;

/// <summary>
/// The rules of JSON whose shape is the caller's and that is kept: an event's context, attributes of items and actions, traits. Whatever keeps them can be stored,
/// merged, and written out again: nested at most <see cref="MaxDepth"/> deep, finite numbers, no name twice in one object, well-formed texts.
/// </summary>
internal static class FreeJson
{
    /// <summary>How deep objects and arrays may be nested, the value itself counted.</summary>
    public const int MaxDepth = 32;

    /// <summary>Checks a value. Answers the text to keep; null: a rule is broken, which <paramref name="fail"/> is told.</summary>
    /// <param name="value">The value's bytes: valid JSON.</param>
    /// <param name="name">The member that holds it.</param>
    /// <param name="fail">Takes the broken rule.</param>
    /// <param name="mended">Told once if halves of surrogate pairs were replaced.</param>
    public static string? Keep(ReadOnlySpan<byte> value, string name, Action<string> fail, Action<string>? mended = null)
    {
        var halves = LoneSurrogates.Count(value);
        if (halves > 0) value = LoneSurrogates.Replaced(value);
        if (Fault(value) is { } fault)
        {
            fail($"{name} {fault}");
            return null;
        }

        if (halves > 0) mended?.Invoke(Mended(name));
        return Encoding.UTF8.GetString(value);
    }

    /// <summary>What is told of a member whose text was mended.</summary>
    public static string Mended(string name) => $"{name} held half of a surrogate pair, as a text has that was cut within an emoji; U+FFFD stands in its place";

    private static string? Fault(ReadOnlySpan<byte> value)
    {
        var reader = JsonBody.Reader(value);
        var names = new HashSet<string>?[MaxDepth + 1];
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    var depth = reader.CurrentDepth + 1;
                    if (depth > MaxDepth) return string.Create(CultureInfo.InvariantCulture, $"must be nested at most {MaxDepth} deep");
                    names[depth]?.Clear();
                    break;
                case JsonTokenType.PropertyName:
                    var name = reader.GetString()!;
                    if (!(names[reader.CurrentDepth] ??= new HashSet<string>(StringComparer.Ordinal)).Add(name)) return $"must not name '{Texts.Shorten(name)}' twice in one object";
                    break;
                case JsonTokenType.Number when !reader.TryGetDouble(out var number) || !double.IsFinite(number):
                    return $"must hold finite numbers, but has {Texts.Shorten(Encoding.UTF8.GetString(reader.ValueSpan))}";
            }
        }

        return null;
    }
}
