using System.Globalization;

namespace Personalization.Decisions;

/// <summary>
/// A configured feature of a context: <c>device=phone</c> for a text or flag, <c>price</c> for a number by its magnitude, <c>temperature:-10..40</c> for a number that
/// lies in a range as a rule.
/// </summary>
/// <param name="Key">What a value is found by: <c>name=value</c>, or the name of a number.</param>
/// <param name="Low">The range's lower end; not a number where there is none.</param>
/// <param name="High">The range's upper end.</param>
public readonly record struct ContextFeature(string Key, double Low, double High)
{
    private const int MagnitudeDecades = 5;

    /// <summary>Whether a range was stated.</summary>
    public bool HasRange => !double.IsNaN(Low);

    /// <summary>Reads a setting. False: what looks like a range is none.</summary>
    public static bool TryParse(string text, out ContextFeature feature)
    {
        ArgumentNullException.ThrowIfNull(text);
        feature = new ContextFeature(text, double.NaN, double.NaN);
        var colon = text.LastIndexOf(':');
        var dots = text.LastIndexOf("..", StringComparison.Ordinal);
        if (colon < 1 || dots < colon || text.Contains('=', StringComparison.Ordinal)) return text.Length > 0;
        if (!TryRead(text.AsSpan(colon + 1, dots - colon - 1), out var low) || !TryRead(text.AsSpan(dots + 2), out var high) || !(low < high)) return false;
        feature = new ContextFeature(text[..colon], low, high);
        return double.IsFinite(high - low);
    }

    /// <summary>A number as a component, between −1 and 1: its place in the range, or its magnitude.</summary>
    public double Standardise(double number) => HasRange ? Math.Clamp((2 * ((number - Low) / (High - Low))) - 1, -1, 1) : Magnitude(number);

    /// <summary>
    /// A number of unknown scale: sign · log₁₀(1 + 10·|v|)/5, at most 1, so that each factor of ten above a tenth is worth a fifth, and 10,000 and more is 1. A fixed
    /// function of the number alone: nobody's numbers change what another's mean.
    /// </summary>
    public static double Magnitude(double number) => Math.CopySign(Math.Min(1, Math.Log10(1 + (10 * Math.Min(Math.Abs(number), 1e9))) / MagnitudeDecades), number);

    private static bool TryRead(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
