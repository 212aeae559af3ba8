using System.Globalization;

namespace Personalization.Silo.Commands.Tables;

/// <summary>How the dates and times of a column are written. A pure reading of a text: no look at the clock, no culture of the machine.</summary>
/// <remarks>
/// A time without an offset is UTC; an offset is kept, because the day of a purchase is the day on the customer's clock, as it is written.
/// </remarks>
internal sealed class InstantFormat
{
    private const int Longest = 64;
    private const string UtcSuffix = " UTC";

    // 10¹¹ seconds is the year 5138 and 10¹¹ milliseconds 1973; each further thousand times as many are the next smaller unit.
    private const double LeastMilliseconds = 1e11, LeastMicroseconds = 1e14, LeastNanoseconds = 1e17;
    private const double MostMilliseconds = 2.5e14;
    private static readonly DateTimeOffset FirstExcelDay = new(1899, 12, 30, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] DigitForms = ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"];

    private readonly Kind _kind;
    private readonly string _pattern;

    private InstantFormat(Kind kind, string name, string pattern = "") => (_kind, Name, _pattern) = (kind, name, pattern);

    private enum Kind
    {
        Plain,
        DayFirst,
        MonthFirst,
        Seconds,
        Milliseconds,
        Microseconds,
        Nanoseconds,
        ExcelDays,
        Pattern,
    }

    /// <summary>What needs no explanation: ISO 8601 and its like (the year first, or the month by name), <c>yyyyMMdd</c>, Unix times from 1973 on, their unit told by size.</summary>
    public static InstantFormat Plain { get; } = new(Kind.Plain, "plain");

    /// <summary><c>31/01/2024</c>, <c>31.1.2024 08:26</c>; and what is plain.</summary>
    public static InstantFormat DayFirst { get; } = new(Kind.DayFirst, "day-first");

    /// <summary><c>01/31/2024</c>; and what is plain.</summary>
    public static InstantFormat MonthFirst { get; } = new(Kind.MonthFirst, "month-first");

    /// <summary>What <c>--date-format</c> may say besides a pattern.</summary>
    public static IReadOnlyList<InstantFormat> Named { get; } =
    [
        DayFirst, MonthFirst, new(Kind.Seconds, "unix"), new(Kind.Milliseconds, "unix-ms"), new(Kind.Microseconds, "unix-us"), new(Kind.Nanoseconds, "unix-ns"), new(Kind.ExcelDays, "excel"),
    ];

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The format that a user names: one of <see cref="Named"/>, or a pattern of <c>y M d H h m s f t z</c> such as <c>dd.MM.yy HH:mm</c>.</summary>
    /// <exception cref="TableException">It is neither.</exception>
    public static InstantFormat Parse(string text)
    {
        foreach (var named in Named)
        {
            if (string.Equals(named.Name, text, StringComparison.OrdinalIgnoreCase)) return named;
        }

        // A pattern has a year, a month and a day; 'mm' for months would read minutes.
        return text.Contains('y', StringComparison.Ordinal) && text.Contains('M', StringComparison.Ordinal) && text.Contains('d', StringComparison.Ordinal)
            ? new InstantFormat(Kind.Pattern, text, text)
            : throw new TableException($"--date-format '{text}' is none of {string.Join(", ", Named.Select(named => named.Name))}, nor a pattern with year, month and day such as dd.MM.yyyy or yyMMdd.");
    }

    /// <summary>Reads a text.</summary>
    public bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        value = default;
        if (text.IsEmpty || text.Length > Longest) return false;
        return _kind switch
        {
            Kind.Pattern => DateTimeOffset.TryParseExact(text, _pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out value),
            Kind.Plain => TryPlain(text, out value),
            Kind.DayFirst or Kind.MonthFirst => ThreeNumbers.TryRead(text, out var date)
                ? TryCompose(date, isDayFirst: _kind == Kind.DayFirst, out value)
                : TryPlain(text, out value),
            Kind.ExcelDays => TryNumber(text, out var days) && days is >= 0 and < 2_958_466 && TryAdd(FirstExcelDay, Math.Round(days * 86_400_000), out value),
            Kind.Seconds => TryNumber(text, out var seconds) && TryAdd(DateTimeOffset.UnixEpoch, seconds * 1000, out value),
            Kind.Milliseconds => TryNumber(text, out var milliseconds) && TryAdd(DateTimeOffset.UnixEpoch, milliseconds, out value),
            Kind.Microseconds => TryNumber(text, out var microseconds) && TryAdd(DateTimeOffset.UnixEpoch, microseconds / 1000, out value),
            _ => TryNumber(text, out var nanoseconds) && TryAdd(DateTimeOffset.UnixEpoch, nanoseconds / 1e6, out value),
        };
    }

    /// <summary>A number too small to be told apart: seconds of the first years after 1970, days as Excel counts them, <c>yyMMdd</c>.</summary>
    public static bool IsDoubtfulNumber(ReadOnlySpan<char> text) => TryNumber(text, out _) && !TryPlain(text, out _);

    private static bool TryPlain(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        value = default;
        if (!TryNumber(text, out var number)) return !ThreeNumbers.TryRead(text, out _) && HasYear(text) && TryWritten(text, out value);
        foreach (var form in DigitForms)
        {
            if (text.Length == form.Length && DateTimeOffset.TryParseExact(text, form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value) && value.Year is >= 1800 and <= 2200) return true;
        }

        const double leastSeconds = 1e8; // 1973: before it, other things are likelier
        return number switch
        {
            >= LeastNanoseconds => TryAdd(DateTimeOffset.UnixEpoch, number / 1e6, out value),
            >= LeastMicroseconds => TryAdd(DateTimeOffset.UnixEpoch, number / 1000, out value),
            >= LeastMilliseconds => TryAdd(DateTimeOffset.UnixEpoch, number, out value),
            >= leastSeconds => TryAdd(DateTimeOffset.UnixEpoch, number * 1000, out value),
            _ => false,
        };
    }

    /// <summary>Year, month and day in words or with the year first.</summary>
    private static bool TryWritten(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        if (text.EndsWith(UtcSuffix, StringComparison.OrdinalIgnoreCase)) text = text[..^UtcSuffix.Length];
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out value);
    }

    private static bool TryCompose(in ThreeNumbers date, bool isDayFirst, out DateTimeOffset value)
    {
        value = default;
        var (day, month) = isDayFirst ? (date.First, date.Second) : (date.Second, date.First);
        if (!date.HasFullYear || month is < 1 or > 12 || day < 1 || date.Year is < 1 or > 9999 || day > DateTime.DaysInMonth(date.Year, month)) return false;
        Span<char> written = stackalloc char[Longest + 16];
        return written.TryWrite(CultureInfo.InvariantCulture, $"{date.Year:0000}-{month:00}-{day:00}{date.Rest}", out var length) && TryWritten(written[..length], out value);
    }

    private static bool TryAdd(DateTimeOffset from, double milliseconds, out DateTimeOffset value)
    {
        value = default;
        if (!(Math.Abs(milliseconds) < MostMilliseconds)) return false;
        value = from.AddMilliseconds(milliseconds);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    /// <summary>Four digits in a row: without a year the platform's parser would take that of today.</summary>
    private static bool HasYear(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var letter in text)
        {
            digits = char.IsAsciiDigit(letter) ? digits + 1 : 0;
            if (digits == 4) return true;
        }

        return false;
    }
}
