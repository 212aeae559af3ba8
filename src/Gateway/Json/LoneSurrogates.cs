using System.Buffers.Text;

namespace Personalization.Gateway.Json;

/// <summary>
/// Halves of surrogate pairs, written as escapes (<c>\ud83d</c>): what cutting a text in JavaScript makes of an emoji. JSON allows them and Unicode does not, so
/// they can be read and never be written again. In texts and values U+FFFD takes their place; ids that hold one are refused.
/// </summary>
internal static class LoneSurrogates
{
    private const int EscapeLength = 6; // \uXXXX

    /// <summary>How many there are in valid JSON, or in a string's bytes as they stand in it.</summary>
    public static int Count(ReadOnlySpan<byte> json)
    {
        var count = 0;
        for (var at = 0; Next(json, ref at); at += EscapeLength) count++;
        return count;
    }

    /// <summary>The same JSON with <c>\ufffd</c> in the place of each; the bytes themselves where there is none.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> json) => Count(json.Span) == 0 ? json : Replaced(json.Span);

    /// <summary>A copy with <c>\ufffd</c> in the place of each.</summary>
    public static byte[] Replaced(ReadOnlySpan<byte> json)
    {
        var copy = json.ToArray();
        for (var at = 0; Next(json, ref at); at += EscapeLength) "\\ufffd"u8.CopyTo(copy.AsSpan(at));
        return copy;
    }

    /// <summary>Moves on to the next one.</summary>
    private static bool Next(ReadOnlySpan<byte> json, ref int at)
    {
        while (at < json.Length)
        {
            var escape = json[at..].IndexOf((byte)'\\');
            if (escape < 0) return false;
            at += escape;
            if (!IsSurrogate(json, at, out var isHigh)) at += json[at..] is [_, (byte)'u', ..] ? EscapeLength : 2;
            else if (isHigh && IsSurrogate(json, at + EscapeLength, out var isHighToo) && !isHighToo) at += 2 * EscapeLength;
            else return true;
        }

        return false;
    }

    private static bool IsSurrogate(ReadOnlySpan<byte> json, int at, out bool isHigh)
    {
        isHigh = false;
        if (at + EscapeLength > json.Length || json[at] != '\\' || json[at + 1] != 'u') return false;
        if (!Utf8Parser.TryParse(json.Slice(at + 2, 4), out ushort unit, out var read, 'x') || read != 4 || !char.IsSurrogate((char)unit)) return false;
        isHigh = char.IsHighSurrogate((char)unit);
        return true;
    }
}
