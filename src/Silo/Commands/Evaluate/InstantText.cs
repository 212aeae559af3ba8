using System.Globalization;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>Reads the instants that are met in exported data.</summary>
internal static class InstantText
{
    private const long YyyyMmDdLeast = 1_800_01_01;
    private const long YyyyMmDdMost = 2_200_12_31;

    // 10¹¹ seconds is the year 5138, 10¹¹ milliseconds is 1973: what is larger is milliseconds.
    private const double LeastMilliseconds = 1e11;

    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        value = default;
        if (text.IsEmpty) return false;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            if (text.Length == 8 && number is >= YyyyMmDdLeast and <= YyyyMmDdMost)
            {
                return DateTimeOffset.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
            }

            var milliseconds = Math.Abs(number) >= LeastMilliseconds ? number : number * 1000;
            if (!(Math.Abs(milliseconds) < 2.5e14)) return false;
            value = DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds);
            return true;
        }

        // The offset is kept: the day of a purchase is the day on the customer's clock, as it is written.
        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AllowWhiteSpaces, out value);
    }
}
