using System.Globalization;

namespace Personalization.Engine.Profiles;

/// <summary>
/// Sixteen price bands, each reaching twice as far as the one below: [0, u), [u, 2u), [2u, 4u) … [2¹⁴u, ∞), u = <see cref="FoldSettings.PriceBandUnit"/>.
/// </summary>
internal static class PriceBands
{
    public const int Count = 16;

    public static byte Of(decimal? price, decimal unit)
    {
        if (price is not { } value || value < 0) return Fact.NoPriceBand;
        byte band = 0;
        for (var bound = unit; value >= bound && band < Count - 1; bound *= 2) band++;
        return band;
    }

    /// <summary>The band's bounds as text: <c>4-8</c>, the last <c>16384+</c>.</summary>
    public static string Name(int band, decimal unit)
    {
        var upper = unit * (1 << band);
        var lower = band == 0 ? 0 : upper / 2;
        return band == Count - 1
            ? string.Create(CultureInfo.InvariantCulture, $"{lower:0.##}+")
            : string.Create(CultureInfo.InvariantCulture, $"{lower:0.##}-{upper:0.##}");
    }
}
