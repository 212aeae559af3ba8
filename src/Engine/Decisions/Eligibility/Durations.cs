using System.Globalization;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>Durations as texts: a number and one of <c>w d h m s</c>, such as <c>30d</c> or <c>1.5h</c>.</summary>
internal static class Durations
{
    public const double Second = 1000;
    public const double Minute = 60 * Second;
    public const double Hour = 60 * Minute;
    public const double Day = 24 * Hour;
    public const double Week = 7 * Day;

    /// <summary>Milliseconds of a unit; null = there is no such unit.</summary>
    public static double? UnitMs(ReadOnlySpan<char> unit) => unit switch
    {
        "w" => Week,
        "d" => Day,
        "h" => Hour,
        "m" => Minute,
        "s" => Second,
        _ => null,
    };

    /// <summary>Reads a duration without a sign.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double milliseconds)
    {
        milliseconds = 0;
        if (text.Length < 2 || UnitMs(text[^1..]) is not { } unit) return false;
        if (!double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        milliseconds = number * unit;
        return double.IsFinite(milliseconds);
    }
}
