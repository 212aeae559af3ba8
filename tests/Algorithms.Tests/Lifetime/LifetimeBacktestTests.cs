using Personalization.Algorithms.Lifetime;

namespace Personalization.Algorithms.Tests.Lifetime;

public sealed class LifetimeBacktestTests
{
    [Fact]
    public void Cdnow_hold_out_is_forecast_and_reported_beside_the_plain_methods()
    {
        var report = LifetimeBacktest.Run(PurchaseLog.Create(Cdnow.Purchases()), Cdnow.Split, LifetimeBacktest.DefaultForecasters());
        var bg = report.HoldOut[0];
        Assert.Equal("BG/NBD", bg.Name);
        Assert.Equal(1882, bg.Actual);
        Assert.Equal(1653, bg.Forecast, 3.0);
        Assert.Equal(2357, bg.Customers);
        Assert.Equal(2357, bg.Calibration.Sum(bin => bin.Customers));
        // Every origin was before September 1997, and every window ended with the training time.
        Assert.NotEmpty(report.Rounds);
        Assert.All(report.Rounds, round => Assert.True(round.Origin < Cdnow.Day(1997, 9, 1) && round.Origin + round.Days <= Cdnow.Split));
        // The models are closer for each customer than the plain methods, which rank the customers a little better (.46 and .48 against .45).
        Assert.All(report.HoldOut.Take(2), model => Assert.All(report.HoldOut.Skip(2), plain => Assert.True(model.Rmse < plain.Rmse && model.Mae < plain.Mae)));
        Assert.All(report.HoldOut, model => Assert.InRange(model.Spearman, 0.44, 0.49));
        Assert.Equal("MBG/NBD", report.Best);
        // The tracking plot of the paper: the 78-week total is forecast within 5 %.
        var last = report.Tracking[^1];
        Assert.Equal(2457 + 1882, last.Actual);
        Assert.InRange(last.Expected[0].Value / last.Actual, 0.94, 1.0);
    }

    [Fact]
    public void Purchases_of_the_hold_out_change_neither_back_tests_nor_forecasts()
    {
        var purchases = Synthetic();
        var altered = purchases.Where(p => p.Day < 200).Append((0, 210, 1.0)).Append((1, 299, 1.0));
        var first = LifetimeBacktest.Run(PurchaseLog.Create(purchases), 200, LifetimeBacktest.DefaultForecasters(), end: 300);
        var second = LifetimeBacktest.Run(PurchaseLog.Create(altered), 200, LifetimeBacktest.DefaultForecasters(), end: 300);

        Assert.Equal(first.Best, second.Best);
        Assert.Equal(first.BacktestRmse, second.BacktestRmse);
        Assert.Equal(first.HoldOut.Select(model => model.Forecast), second.HoldOut.Select(model => model.Forecast));
        Assert.NotEqual(first.HoldOut[0].Actual, second.HoldOut[0].Actual);
    }

    [Fact]
    public void Carried_forward_counts_repeat_purchases_of_the_last_weeks()
    {
        var log = PurchaseLog.Create([(0, 0, 1), (0, 95, 1), (0, 96, 1), (1, 95, 1), (2, 0, 1)]);
        var forecasts = new double[3];
        new CarriedForwardForecaster().Forecast(log, 100, 182, forecasts);
        // Two in 13 weeks make four in 26; a first purchase is no repeat purchase.
        Assert.Equal([4, 0, 0], forecasts);
    }

    [Fact]
    public void Recency_frequency_table_learns_from_the_period_before()
    {
        // 1,000 customers bought once on day 0; half of them again on day 60. At day 100 the table was learned on days 50 to 99.
        var purchases = Enumerable.Range(0, 1000).Select(c => (c, 0, 1.0)).Concat(Enumerable.Range(0, 500).Select(c => (c, 60, 1.0)));
        var forecasts = new double[1000];
        new RecencyFrequencyForecaster().Forecast(PurchaseLog.Create(purchases), 100, 50, forecasts);
        // Nobody was in the cell of one repeat purchase then; its forecast is the mean of all, one half.
        Assert.Equal(0.5, forecasts[0], 1e-9);
        Assert.Equal(0.5, forecasts[999], 1e-9);
    }

    [Fact]
    public void A_log_collapses_days_and_its_past_keeps_the_numbering()
    {
        var log = PurchaseLog.Create([(2, 5, 1), (0, 7, 2), (2, 3, 4), (0, 7, 3)]);
        Assert.Equal((3, 3, 3, 7), (log.Customers, log.PurchaseDays, log.FirstDay, log.LastDay));
        Assert.Equal([7], log.DaysOf(0).ToArray());
        Assert.Equal([5.0], log.ValuesOf(0).ToArray());
        Assert.True(log.DaysOf(1).IsEmpty);
        Assert.Equal([3, 5], log.DaysOf(2).ToArray());

        var past = log.Before(5);
        Assert.Equal(3, past.Customers);
        Assert.True(past.DaysOf(0).IsEmpty);
        Assert.Equal([3], past.DaysOf(2).ToArray());
    }

    [Fact]
    public void Splits_without_a_past_or_a_future_and_origins_outside_the_training_time_are_refused()
    {
        var log = PurchaseLog.Create(Synthetic());
        var forecasters = LifetimeBacktest.DefaultForecasters();
        Assert.Throws<ArgumentException>(() => LifetimeBacktest.Run(log, log.FirstDay, forecasters));
        Assert.Throws<ArgumentException>(() => LifetimeBacktest.Run(log, log.LastDay + 1, forecasters));
        Assert.Throws<ArgumentException>(() => LifetimeBacktest.Run(log, 200, []));
        Assert.Throws<ArgumentException>(() => LifetimeBacktest.Run(log, 200, forecasters, origins: [200]));
        Assert.Throws<ArgumentException>(() => LifetimeBacktest.Run(log, 200, forecasters, origins: [log.FirstDay]));
    }

    private static (int Customer, int Day, double Value)[] Synthetic()
    {
        var random = new Personalization.Algorithms.Numerics.Xoshiro256(17);
        var purchases = new List<(int, int, double)>();
        for (var c = 0; c < 400; c++)
        {
            double day = random.NextInt32(80), rate = random.NextGamma(0.7) / 40, dropout = random.NextBeta(1, 3);
            do
            {
                purchases.Add((c, (int)day, 10));
                day += random.NextExponential() / rate;
            }
            while (day < 300 && random.NextDouble() > dropout);
        }

        return [.. purchases];
    }
}
