using Personalization.Algorithms.Evaluation;

namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// Compares forecasters of purchases: rolling-origin back-tests inside the training time choose one, and the hold-out, untouched by the choice, says
/// how good each is.
/// </summary>
/// <remarks>
/// <para>
/// At each origin a forecaster learns from the purchases before it and forecasts those of the window after it (L. Tashman, "Out-of-sample tests of
/// forecasting accuracy", 2000). The choice is by the root mean squared error pooled over origins, because the expected count minimises squared
/// error, whereas zero minimises absolute error for most customers. All windows end at the split or before.
/// </para>
/// <para>Cost: a fit a forecaster and origin; the CDNOW sample takes a quarter of a second, cold.</para>
/// </remarks>
public static class LifetimeBacktest
{
    private const int Week = 7;
    private const int MaximumOrigins = 5;
    private const int HighestFrequencyShown = 7;

    /// <summary>BG/NBD, MBG/NBD, the last 13 weeks carried forward, and the recency/frequency table.</summary>
    public static IReadOnlyList<IPurchaseForecaster> DefaultForecasters() =>
    [
        new BetaGeometricForecaster(BetaGeometricVariant.BgNbd),
        new BetaGeometricForecaster(BetaGeometricVariant.MbgNbd),
        new CarriedForwardForecaster(),
        new RecencyFrequencyForecaster(),
    ];

    /// <summary>Runs the back-tests, chooses, and measures on the hold-out.</summary>
    /// <param name="log">All purchases, hold-out included.</param>
    /// <param name="split">The first day of the hold-out.</param>
    /// <param name="forecasters">What is compared; the last call of each is the one for the hold-out.</param>
    /// <param name="end">The day after the last day of the hold-out; <c>null</c>: the day after the log's last purchase.</param>
    /// <param name="origins">The origins of the back-tests; <c>null</c>: <see cref="RollingOrigins"/>.</param>
    /// <exception cref="ArgumentException">There is nothing before the split or after it, or no forecaster.</exception>
    public static LifetimeBacktestReport Run(
        PurchaseLog log, int split, IReadOnlyList<IPurchaseForecaster> forecasters, int? end = null, IReadOnlyList<int>? origins = null)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(forecasters);
        var lastDay = end ?? log.LastDay + 1;
        if (log.PurchaseDays == 0 || split <= log.FirstDay) throw new ArgumentException("There is no purchase before the split.", nameof(split));
        if (lastDay <= split) throw new ArgumentException("There is nothing after the split to compare forecasts with.", nameof(split));
        if (forecasters.Count == 0) throw new ArgumentException("There is no forecaster to compare.", nameof(forecasters));

        var window = WindowDays(log.FirstDay, split, lastDay);
        // Before the first repeat purchase there is nothing to fit to.
        var firstRepeat = FirstRepeatPurchase(log);
        origins ??= [.. RollingOrigins(log.FirstDay, split, lastDay).Where(origin => origin > firstRepeat)];
        var pooled = new double[forecasters.Count];
        var rounds = new List<BacktestRound>();
        foreach (var origin in origins)
        {
            var length = Math.Min(window, split - origin);
            if (length <= 0) throw new ArgumentException("A back-test's origin lies before the split.", nameof(origins));
            if (origin <= log.FirstDay) throw new ArgumentException("A back-test's origin lies after the first purchase.", nameof(origins));
            var round = Evaluate(log, origin, length, forecasters);
            rounds.Add(new BacktestRound(origin, length, round));
            for (var i = 0; i < pooled.Length; i++) pooled[i] += round[i].Rmse * round[i].Rmse * round[i].Customers;
        }

        var holdOut = Evaluate(log, split, lastDay - split, forecasters);
        // Who could not forecast somebody cannot be best, and does not keep others from it.
        var best = rounds.Count == 0 ? null : Enumerable.Range(0, pooled.Length).Where(i => double.IsFinite(pooled[i])).OrderBy(i => pooled[i]).Select(i => forecasters[i].Name).FirstOrDefault();
        double cases = rounds.Sum(round => round.Forecasts[0].Customers);
        return new LifetimeBacktestReport(
            rounds, holdOut, best, [.. pooled.Select(sum => Math.Sqrt(sum / cases))], Track(log, split, lastDay, forecasters));
    }

    /// <summary>
    /// Up to five origins, four weeks apart, the window of the last ending at the split; the first leaves a third of the training time to learn from.
    /// Empty where that is shorter than two weeks.
    /// </summary>
    public static IReadOnlyList<int> RollingOrigins(int firstDay, int split, int end)
    {
        var window = WindowDays(firstDay, split, end);
        var origins = new List<int>();
        for (var origin = split - window; origins.Count < MaximumOrigins && origin - firstDay >= Math.Max(2 * Week, (split - firstDay) / 3); origin -= 4 * Week)
            origins.Insert(0, origin);
        return origins;
    }

    private static int FirstRepeatPurchase(PurchaseLog log)
    {
        var first = int.MaxValue;
        for (var c = 0; c < log.Customers; c++)
        {
            var days = log.DaysOf(c);
            if (days.Length > 1) first = Math.Min(first, days[1]);
        }

        return first;
    }

    /// <summary>As long as the hold-out, but at most a third of the training time.</summary>
    private static int WindowDays(int firstDay, int split, int end) => Math.Max(1, Math.Min(end - split, (split - firstDay) / 3));

    private static ForecastAccuracy[] Evaluate(PurchaseLog log, int origin, int horizon, IReadOnlyList<IPurchaseForecaster> forecasters)
    {
        var past = log.Before(origin);
        int[] known = [.. Enumerable.Range(0, past.Customers).Where(c => !past.DaysOf(c).IsEmpty)];
        var actual = Array.ConvertAll(known, c => (double)log.Count(c, origin, origin + horizon));
        var frequency = Array.ConvertAll(known, c => past.DaysOf(c).Length - 1);
        var all = new double[past.Customers];
        var results = new ForecastAccuracy[forecasters.Count];
        for (var i = 0; i < results.Length; i++)
        {
            Array.Clear(all);
            var parameters = forecasters[i].Forecast(past, origin, horizon, all);
            var forecast = Array.ConvertAll(known, c => all[c]);
            results[i] = Measure(forecasters[i].Name, parameters, forecast, actual, frequency);
        }

        return results;
    }

    private static ForecastAccuracy Measure(
        string name, IReadOnlyList<KeyValuePair<string, double>> parameters, double[] forecast, double[] actual, int[] frequency)
    {
        double absolute = 0, squared = 0;
        var customers = new int[HighestFrequencyShown + 1];
        double[] forecasts = new double[customers.Length], actuals = new double[customers.Length];
        for (var i = 0; i < forecast.Length; i++)
        {
            var error = forecast[i] - actual[i];
            absolute += Math.Abs(error);
            squared += error * error;
            var bin = Math.Min(frequency[i], HighestFrequencyShown);
            customers[bin]++;
            forecasts[bin] += forecast[i];
            actuals[bin] += actual[i];
        }

        FrequencyCalibration[] calibration =
        [
            .. Enumerable.Range(0, customers.Length).Where(x => customers[x] > 0)
                .Select(x => new FrequencyCalibration(x, x == HighestFrequencyShown, customers[x], forecasts[x] / customers[x], actuals[x] / customers[x])),
        ];
        return new ForecastAccuracy(
            name, parameters, forecast.Length, forecast.Sum(), actual.Sum(), absolute / forecast.Length, Math.Sqrt(squared / forecast.Length),
            RankCorrelation.Spearman(forecast, actual), calibration);
    }

    /// <summary>
    /// Cumulative repeat purchases of the customers known at the split, week by week, beside what the fitted models expect of customers of that age.
    /// </summary>
    private static TrackingWeek[] Track(PurchaseLog log, int split, int end, IReadOnlyList<IPurchaseForecaster> forecasters)
    {
        BetaGeometricForecaster[] fitted = [.. forecasters.OfType<BetaGeometricForecaster>().Where(forecaster => forecaster.LastFit is not null)];
        var starts = new Dictionary<int, int>();
        var repeats = new int[end - log.FirstDay + 1];
        for (var c = 0; c < log.Customers; c++)
        {
            var days = log.DaysOf(c);
            if (days.IsEmpty || days[0] >= split) continue;
            starts[days[0]] = starts.GetValueOrDefault(days[0]) + 1;
            foreach (var day in days[1..])
            {
                if (day < end) repeats[day - log.FirstDay]++;
            }
        }

        var weeks = new TrackingWeek[(end - log.FirstDay) / Week];
        double actual = 0;
        for (var week = 0; week < weeks.Length; week++)
        {
            var until = log.FirstDay + (week + 1) * Week;
            for (var day = until - Week; day < until; day++) actual += repeats[day - log.FirstDay];
            var expected = Array.ConvertAll(fitted, forecaster =>
            {
                var model = forecaster.LastFit!.Model;
                // Customers of one first day share their expectation; ages are counted up to the last day of the week.
                return starts.Where(start => start.Key < until).Sum(start => start.Value * model.ExpectedPurchases((until - 1 - start.Key) / (double)Week));
            });
            weeks[week] = new TrackingWeek(week + 1, actual, [.. fitted.Zip(expected, (forecaster, sum) => new KeyValuePair<string, double>(forecaster.Name, sum))]);
        }

        return weeks;
    }
}
