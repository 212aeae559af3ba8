using System.Globalization;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Reads spans of time as people write them: <c>250ms</c>, <c>90s</c>, <c>30m</c>, <c>1.5h</c>, <c>2d</c>, or <c>00:30:00</c>.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan value)
    {
        text = text.Trim();
        var digits = text.AsSpan().TrimEnd("dhms");
        double? unit = text[digits.Length..] switch
        {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => null,
        };
        if (unit is { } milliseconds && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount * milliseconds < 1e15)
        {
            value = TimeSpan.FromMilliseconds(amount * milliseconds);
            return true;
        }

        value = default;
        return unit is null && text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= TimeSpan.Zero;
    }
}
