namespace Personalization.Silo.Commands.Tables;

/// <summary>A date of three numbers with the year last, such as <c>31/01/2024 08:26</c>: which of the first two is the day, it does not say.</summary>
internal readonly ref struct ThreeNumbers
{
    private ThreeNumbers(int first, int second, int year, bool hasFullYear, ReadOnlySpan<char> rest)
    {
        First = first;
        Second = second;
        Year = year;
        HasFullYear = hasFullYear;
        Rest = rest;
    }

    public int First { get; }

    public int Second { get; }

    public int Year { get; }

    /// <summary>Whether the year has four digits; with two even the year's place is not known.</summary>
    public bool HasFullYear { get; }

    /// <summary>What follows the date: nothing, or a time.</summary>
    public ReadOnlySpan<char> Rest { get; }

    /// <summary>Reads one to two digits, a separator of <c>/ . -</c>, one to two digits, the same separator, two or four digits.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out ThreeNumbers date)
    {
        date = default;
        if (!TryDigits(ref text, 2, out var first, out _) || text.IsEmpty || text[0] is not ('/' or '.' or '-')) return false;
        var separator = text[0];
        text = text[1..];
        if (!TryDigits(ref text, 2, out var second, out _) || text.IsEmpty || text[0] != separator) return false;
        text = text[1..];
        if (!TryDigits(ref text, 4, out var year, out var length) || length is not (2 or 4) || (!text.IsEmpty && text[0] is not (' ' or 'T' or ','))) return false;
        date = new ThreeNumbers(first, second, year, length == 4, text.TrimStart(','));
        return true;
    }

    private static bool TryDigits(ref ReadOnlySpan<char> text, int most, out int number, out int length)
    {
        (number, length) = (0, 0);
        while (length < text.Length && length < most && char.IsAsciiDigit(text[length])) number = (number * 10) + (text[length++] - '0');
        text = text[length..];
        return length > 0 && (text.IsEmpty || !char.IsAsciiDigit(text[0]));
    }
}
