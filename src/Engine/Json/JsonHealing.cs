using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Personalization.Engine.Json;

/// <summary>
/// Makes JSON that was stored before its door was guarded such that it can be read by anybody and written again: half of a surrogate pair becomes U+FFFD, of a name
/// that an object has twice the last one counts, a number that no double holds and whatever lies deeper than <see cref="Deepest"/> becomes null.
/// </summary>
/// <remarks>Pure. JSON that needs nothing is answered as it is, character by character. Cost O(length); nothing is allocated then but for objects and arrays, which are read.</remarks>
public static class JsonHealing
{
    /// <summary>Levels of a value that every answer can hold: an answer's own levels around it and these are fewer than the 64 that writers take.</summary>
    public const int Deepest = 56;

    private const char Replacement = '\ufffd';
    private const int EscapeLength = 6;
    private const string ReplacementEscape = @"\ufffd";

    /// <summary>A number of fewer digits and without an exponent is finite.</summary>
    private const int FiniteDigits = 300;

    private static readonly JsonDocumentOptions s_reading = new() { MaxDepth = 512 };
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether JSON may hold what cannot be written again: an escape, or many levels. False for most of it, after one look over the bytes.</summary>
    public static bool MayNeed(ReadOnlySpan<byte> json) => json.IndexOf(@"\u"u8) >= 0 || json.Count((byte)'{') + json.Count((byte)'[') > Deepest;

    /// <summary>The healed text; null if it is no JSON.</summary>
    public static string? Heal(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var text = ReplaceHalves(json);
        if (IsPlain(text)) return text;
        try
        {
            using var document = JsonDocument.Parse(text, s_reading);
            if (IsSound(document.RootElement, 1)) return text;
            var healed = new ArrayBufferWriter<byte>(text.Length);
            using (var writer = new Utf8JsonWriter(healed, s_writing)) Write(writer, document.RootElement, 1);
            return Encoding.UTF8.GetString(healed.WrittenSpan);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces every half of a surrogate pair, whether it stands there as an escape or by itself; all else stays. Valid for any text, JSON or not.</summary>
    public static string ReplaceHalves(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        StringBuilder? healed = null;
        var from = 0;
        for (var i = 0; i < json.Length; i++)
        {
            var isEscape = json[i] == '\\';
            if (!isEscape && !char.IsSurrogate(json[i])) continue;
            var length = isEscape ? EscapeLength : 1;
            if (UnitAt(json, i) is not { } unit)
            {
                // Another escape, or an escaped backslash: what follows it is no escape of its own. Half of a pair is none either.
                if (i + 1 < json.Length && !char.IsSurrogate(json[i + 1])) i++;
                continue;
            }

            if (!char.IsSurrogate(unit)) i += length - 1;
            else if (char.IsHighSurrogate(unit) && IsSameForm(json, i, i + length) && UnitAt(json, i + length) is { } next && char.IsLowSurrogate(next)) i += (2 * length) - 1;
            else
            {
                healed ??= new StringBuilder(json.Length + 8);
                healed.Append(json, from, i - from);
                if (isEscape) healed.Append(ReplacementEscape);
                else healed.Append(Replacement);
                i += length - 1;
                from = i + 1;
            }
        }

        return healed is null ? json : healed.Append(json, from, json.Length - from).ToString();
    }

    private static bool IsSameForm(string json, int first, int second) => second < json.Length && json[first] == '\\' == (json[second] == '\\');

    /// <summary>The UTF-16 unit that begins at a place, by itself or as <c>\uXXXX</c>; null for any other escape.</summary>
    private static char? UnitAt(string json, int at)
    {
        if (json[at] != '\\') return json[at];
        return at + EscapeLength <= json.Length && json[at + 1] == 'u' && ushort.TryParse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
    }

    /// <summary>Whether it needs no reading: a text, a word or an ordinary number.</summary>
    private static bool IsPlain(string json)
    {
        var text = json.AsSpan().Trim();
        if (text.IsEmpty || text[0] is '{' or '[') return false;
        return text[0] is not (>= '0' and <= '9' or '-') || (text.Length < FiniteDigits && text.IndexOfAny('e', 'E') < 0);
    }

    private static bool IsSound(JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                return double.IsFinite(value.GetDouble());
            case JsonValueKind.Array:
                if (depth > Deepest) return false;
                foreach (var element in value.EnumerateArray())
                {
                    if (!IsSound(element, depth + 1)) return false;
                }

                return true;
            case JsonValueKind.Object:
                if (depth > Deepest) return false;
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject())
                {
                    if (!names.Add(member.Name) || !IsSound(member.Value, depth + 1)) return false;
                }

                return true;
            default:
                return true;
        }
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Number when !double.IsFinite(value.GetDouble()):
            case JsonValueKind.Array or JsonValueKind.Object when depth > Deepest:
                writer.WriteNullValue();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray()) Write(writer, element, depth + 1);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Object:
                // A name keeps its first place and gets its last value, as in a dictionary.
                var members = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var member in value.EnumerateObject()) members[member.Name] = member.Value;
                writer.WriteStartObject();
                foreach (var (name, member) in members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, member, depth + 1);
                }

                writer.WriteEndObject();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
