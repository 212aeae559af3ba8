using System.Globalization;

namespace Personalization.Silo.Commands.Tables;

/// <summary>Reads numbers with a decimal point or a decimal comma, thousands grouped or not.</summary>
internal static class NumberText
{
    private const int Longest = 64;

    /// <summary>Reads a finite number.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isComma">Whether decimals come behind a comma.</param>
    /// <param name="value">The number.</param>
    public static bool TryParse(ReadOnlySpan<char> text, bool isComma, out double value)
    {
        value = 0;
        if (text.Length > Longest) return false;
        Span<char> plain = stackalloc char[Longest];
        return double.TryParse(Plain(text, isComma, plain), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
    }

    /// <summary>Reads money.</summary>
    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, bool, out double)" path="/param"/>
    public static bool TryParse(ReadOnlySpan<char> text, bool isComma, out decimal value)
    {
        value = 0;
        if (text.Length > Longest) return false;
        Span<char> plain = stackalloc char[Longest];
        return decimal.TryParse(Plain(text, isComma, plain), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The text without what groups thousands, its decimals behind a point. A separator that groups anything but three digits stays, so that the text is no number.</summary>
    private static ReadOnlySpan<char> Plain(ReadOnlySpan<char> text, bool isComma, Span<char> plain)
    {
        var length = 0;
        var (grouping, mark) = isComma ? ('.', ',') : (',', '.');
        var end = text.IndexOf(mark);
        if (end < 0) end = text.Length;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (i < end && i > 0 && (letter == grouping || letter is ' ' or '\u00a0' or '\u202f' or '\'' or '’') && GroupsThree(text[(i + 1)..end])) continue;
            plain[length++] = letter == mark ? '.' : letter == '.' && isComma ? '\0' : letter;
        }

        return plain[..length];
    }

    private static bool GroupsThree(ReadOnlySpan<char> rest)
    {
        var digits = 0;
        while (digits < rest.Length && char.IsAsciiDigit(rest[digits])) digits++;
        return digits == 3 && (rest.Length == 3 || !char.IsAsciiDigit(rest[3]));
    }
}
