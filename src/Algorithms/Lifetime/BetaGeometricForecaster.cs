namespace Personalization.Algorithms.Lifetime;

/// <summary>BG/NBD or MBG/NBD, fitted to the past by maximum likelihood; the forecast is the conditional expectation.</summary>
/// <param name="variant">Which of the two.</param>
public sealed class BetaGeometricForecaster(BetaGeometricVariant variant) : IPurchaseForecaster
{
    private const double DaysPerWeek = 7;

    /// <inheritdoc/>
    public string Name => variant == BetaGeometricVariant.BgNbd ? "BG/NBD" : "MBG/NBD";

    /// <summary>The fit of the last call, for its standard errors and its curve over time.</summary>
    public BetaGeometricFit? LastFit { get; private set; }

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Forecast(PurchaseLog past, int origin, int horizon, Span<double> forecasts)
    {
        ArgumentNullException.ThrowIfNull(past);
        var sample = new PurchaseSample();
        for (var c = 0; c < past.Customers; c++)
        {
            // A customer is observed up to and including the day before the origin.
            if (!past.DaysOf(c).IsEmpty) sample.Add(past.HistoryOf(c).AsOf(origin - 1));
        }

        LastFit = BetaGeometricEstimation.Fit(variant, sample);
        var model = LastFit.Model;
        for (var c = 0; c < past.Customers; c++)
            forecasts[c] = past.DaysOf(c).IsEmpty ? 0 : model.ExpectedPurchases(past.HistoryOf(c).AsOf(origin - 1), horizon / DaysPerWeek);
        var p = model.Parameters;
        return [new("r", p.R), new("alpha", p.Alpha), new("a", p.A), new("b", p.B)];
    }
}
