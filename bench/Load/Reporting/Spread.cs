using System.Globalization;

namespace Personalization.Load.Reporting;

/// <summary>Several measurements of the same thing.</summary>
internal readonly record struct Spread(double Median, double Least, double Most, int Count)
{
    /// <summary>Of measurements.</summary>
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return new Spread(double.NaN, double.NaN, double.NaN, 0);
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>Median, least and most.</summary>
    public override string ToString() =>
        Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{Format(Median)} ({Format(Least)}–{Format(Most)})");

    private static string Format(double value) => value.ToString(value >= 100 ? "N0" : "0.00", CultureInfo.InvariantCulture);
}
