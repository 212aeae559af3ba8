namespace Personalization.Algorithms.Lifetime;

/// <summary>The line to beat: whoever bought again k times in the last weeks will go on at that pace.</summary>
/// <param name="weeks">The weeks looked back on; 13, a quarter, unless told.</param>
public sealed class CarriedForwardForecaster(int weeks = 13) : IPurchaseForecaster
{
    /// <inheritdoc/>
    public string Name => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"last {weeks} weeks carried forward");

    /// <inheritdoc/>
    /// <remarks>The first purchase of a customer is no repeat purchase and is not carried forward.</remarks>
    public IReadOnlyList<KeyValuePair<string, double>> Forecast(PurchaseLog past, int origin, int horizon, Span<double> forecasts)
    {
        ArgumentNullException.ThrowIfNull(past);
        for (var c = 0; c < past.Customers; c++)
        {
            var days = past.DaysOf(c);
            forecasts[c] = days.IsEmpty ? 0 : past.Count(c, Math.Max(days[0] + 1, origin - 7 * weeks), origin) * (double)horizon / (7 * weeks);
        }

        return [];
    }
}
