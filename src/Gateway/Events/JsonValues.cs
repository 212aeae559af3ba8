using System.Text;
using System.Text.Json;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;
using Personalization.Partitions;

namespace Personalization.Gateway.Events;

/// <summary>
/// Reads one JSON value each under the rules of the contract and says precisely what is wrong with it. Every method leaves the reader on
/// the value's last token, whatever it is, so that one bad member never hides the next.
/// </summary>
internal static class JsonValues
{
    /// <summary>Money beyond this is taken for a mistake: sums of it would leave the range of the partition's counters.</summary>
    public const decimal MaxMoney = 1_000_000_000m;

    /// <summary>The largest quantity, and the largest place on a page.</summary>
    public const int MaxCount = 1_000_000;

    /// <summary>A text; null and an empty one are absent. In the place of half a surrogate pair stands U+FFFD, which <paramref name="mended"/> is told.</summary>
    public static string? Text(ref Utf8JsonReader reader, string name, int maxBytes, Action<string> fail, Action<string>? mended = null)
    {
        if (!IsString(ref reader, name, fail)) return null;
        if (reader.ValueSpan.Length > maxBytes)
        {
            fail($"{name} must be at most {maxBytes} bytes of UTF-8");
            return null;
        }

        var text = Unicode(ref reader);
        if (text is null)
        {
            text = Mend(reader.ValueSpan);
            mended?.Invoke(FreeJson.Mended(name));
        }

        return text.Length == 0 ? null : text;
    }

    /// <summary>A short text that becomes a name in profiles: as <see cref="Text"/>, without control characters.</summary>
    public static string? Label(ref Utf8JsonReader reader, string name, Action<string> fail, Action<string>? mended = null)
    {
        var text = Text(ref reader, name, CustomerKey.MaxIdBytes, fail, mended);
        if (text is null) return null;
        foreach (var c in text)
            if (char.IsControl(c))
            {
                fail($"{name} must not contain control characters");
                return null;
            }

        return text;
    }

    /// <summary>An id under the rules of <see cref="Ids.NewError"/>; null and an empty text are absent.</summary>
    public static string? Id(ref Utf8JsonReader reader, string name, Action<string> fail, IdKind? kind = null)
    {
        if (!IsString(ref reader, name, fail) || reader.ValueSpan.IsEmpty) return null;
        var id = Unicode(ref reader);
        if ((id is null ? $"{name} must be well-formed Unicode" : Ids.NewError(name, id, kind)) is not { } error) return id;
        fail(error);
        return null;
    }

    /// <summary>Money: a number from 0 to <see cref="MaxMoney"/>, read as decimal and never as a binary fraction.</summary>
    public static decimal? Money(ref Utf8JsonReader reader, string name, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.Number)
        {
            fail($"{name} must be a finite number, but is {Kind(ref reader)}");
            reader.Skip();
            return null;
        }

        if (!reader.TryGetDecimal(out var value) || value > MaxMoney) fail($"{name} must be a finite number of at most {MaxMoney:N0}");
        else if (value < 0) fail($"{name} must not be negative; money given back is an event of type refund");
        else return value;
        return null;
    }

    /// <summary>A whole number from 1 to <paramref name="most"/>; <c>2.0</c> is one.</summary>
    public static int? Count(ref Utf8JsonReader reader, string name, Action<string> fail, int most = MaxCount)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var value) && value >= 1 && value <= most && decimal.IsInteger(value)) return (int)value;
        fail(reader.TokenType == JsonTokenType.Number
            ? $"{name} must be a whole number from 1 to {most:N0}"
            : $"{name} must be a whole number, but is {Kind(ref reader)}");
        reader.Skip();
        return null;
    }

    /// <summary>A time: ISO 8601 with seconds and offset, after the beginning of 1970.</summary>
    public static DateTimeOffset? Time(ref Utf8JsonReader reader, string name, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.String)
        {
            fail($"{name} must be a text such as 2026-03-01T12:00:00Z, but is {Kind(ref reader)}");
            reader.Skip();
            return null;
        }

        // Many serializers write the offset's + as \u002B.
        var text = reader.ValueIsEscaped ? Unescaped(ref reader) : reader.ValueSpan;
        var hasOffset = text.Length > 16 && text[10] == (byte)'T' && (text[^1] == (byte)'Z' || text[^6] is (byte)'+' or (byte)'-');
        if (!hasOffset || !reader.TryGetDateTimeOffset(out var time))
            fail($"{name} must be an ISO 8601 time with an offset, such as 2026-03-01T12:00:00Z or 2026-03-01T13:00:00+01:00");
        else if (Instants.Error(name, time) is { } error) fail(error);
        else return time;
        return null;
    }

    /// <summary>The bytes that an escaped string means; none where it is no Unicode text.</summary>
    private static ReadOnlySpan<byte> Unescaped(ref Utf8JsonReader reader) => Unicode(ref reader) is { } text ? Encoding.UTF8.GetBytes(text) : [];

    /// <summary>A truth value; null is absent.</summary>
    public static bool? Flag(ref Utf8JsonReader reader, string name, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False) return reader.GetBoolean();
        fail($"{name} must be true or false, but is {Kind(ref reader)}");
        reader.Skip();
        return null;
    }

    /// <summary>What a token is, in words.</summary>
    public static string Kind(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        _ => "null",
    };

    /// <summary>Whether there is a string; what else it is, null aside, is told and skipped.</summary>
    private static bool IsString(ref Utf8JsonReader reader, string name, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.String) return true;
        if (reader.TokenType == JsonTokenType.Null) return false;
        fail($"{name} must be a string, but is {Kind(ref reader)}");
        reader.Skip();
        return false;
    }

    /// <summary>The string that the reader stands on; null where it holds half of a surrogate pair, written as an escape: valid JSON, no Unicode text.</summary>
    private static string? Unicode(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The text of a string's bytes, U+FFFD in the place of halves of surrogate pairs.</summary>
    private static string Mend(ReadOnlySpan<byte> escaped)
    {
        var reader = JsonBody.Reader([(byte)'"', .. LoneSurrogates.Replaced(escaped), (byte)'"']);
        reader.Read();
        return reader.GetString()!;
    }
}
