namespace Personalization.Algorithms.Lifetime;

/// <summary>Fits Gamma-Gamma before a split and compares the value it expects of a purchase with what was spent after it.</summary>
/// <remarks>
/// Measured over the customers known at the split who bought in the hold-out; each counts once, with the mean value of its purchase days there whose
/// value is known. Every figure but the counts scales with the unit of money.
/// </remarks>
public static class SpendBacktest
{
    /// <summary>Runs it.</summary>
    /// <param name="log">All purchases with their values.</param>
    /// <param name="split">The first day of the hold-out.</param>
    /// <returns><c>null</c> where no customer has a repeat purchase of positive value before the split.</returns>
    public static SpendBacktestReport? Run(PurchaseLog log, int split)
    {
        ArgumentNullException.ThrowIfNull(log);
        var past = log.Before(split);
        var spends = new SpendStatistics[past.Customers];
        for (var c = 0; c < spends.Length; c++) spends[c] = past.SpendOf(c);
        if (!Array.Exists(spends, spend => spend.Purchases > 0)) return null;

        var fit = GammaGammaEstimation.Fit(spends);
        double forecasts = 0, actuals = 0, absolute = 0, plain = 0;
        var customers = 0;
        for (var c = 0; c < spends.Length; c++)
        {
            if (past.DaysOf(c).IsEmpty || MeanOfKnown(log.ValuesOf(c)[past.DaysOf(c).Length..]) is not { } actual) continue;
            var forecast = fit.Model.ExpectedValue(spends[c]);
            forecasts += forecast;
            actuals += actual;
            absolute += Math.Abs(forecast - actual);
            plain += Math.Abs(fit.Model.PopulationMean - actual);
            customers++;
        }

        return new SpendBacktestReport(fit, customers, forecasts / customers, actuals / customers, absolute / customers, plain / customers);
    }

    private static double? MeanOfKnown(ReadOnlySpan<double> values)
    {
        var (known, sum) = (0, 0.0);
        foreach (var value in values)
        {
            if (double.IsNaN(value)) continue;
            known++;
            sum += value;
        }

        return known == 0 ? null : sum / known;
    }
}

/// <summary>What <see cref="SpendBacktest"/> found; the means are not numbers where nobody bought in the hold-out.</summary>
/// <param name="Fit">The model as fitted before the split.</param>
/// <param name="Customers">How many known customers bought in the hold-out.</param>
/// <param name="MeanForecast">The value expected of a purchase, averaged over them.</param>
/// <param name="MeanActual">What they spent a purchase day.</param>
/// <param name="Mae">Mean absolute error a customer.</param>
/// <param name="PopulationMae">The same if everybody were forecast the population's mean.</param>
public sealed record SpendBacktestReport(
    GammaGammaFit Fit, int Customers, double MeanForecast, double MeanActual, double Mae, double PopulationMae);
