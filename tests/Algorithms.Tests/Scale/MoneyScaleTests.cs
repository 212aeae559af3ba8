using Personalization.Algorithms.Lifetime;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Scale;

/// <summary>No figure depends on the unit of money: in cents, in lakhs and in millions it is the same one, carried over.</summary>
public sealed class MoneyScaleTests
{
    private const int Split = 200;

    public static TheoryData<double> Units => [1e-3, 1e-2, 1 / 3.0, 1e3, 1e6, 1e8, 1e9];

    [Theory]
    [MemberData(nameof(Units))]
    public void Gamma_gamma_has_the_same_shapes_and_its_money_scales(double unit)
    {
        var customers = Spends(3_000);
        var fit = GammaGammaEstimation.Fit(customers);
        var scaled = GammaGammaEstimation.Fit(Array.ConvertAll(customers, customer => new SpendStatistics(customer.Purchases, customer.MeanValue * unit)));
        Assert.True(fit.Converged && scaled.Converged);
        Close(fit.Model.P, scaled.Model.P);
        Close(fit.Model.Q, scaled.Model.Q);
        Close(fit.Model.V * unit, scaled.Model.V);
        Close(fit.StandardErrorP, scaled.StandardErrorP);
        Close(fit.StandardErrorV * unit, scaled.StandardErrorV);
        Close(fit.Model.PopulationMean * unit, scaled.Model.PopulationMean);
        Close(fit.Model.ExpectedValue(customers[7]) * unit, scaled.Model.ExpectedValue(new SpendStatistics(customers[7].Purchases, customers[7].MeanValue * unit)));
        // A density in another unit: ln L falls by ln(unit) a customer.
        Assert.Equal(fit.LogLikelihood - (fit.Customers * Math.Log(unit)), scaled.LogLikelihood, 1e-4);
        // And it is the likelihood of the model that is answered.
        Assert.Equal(customers.Sum(customer => fit.Model.LogLikelihood(customer)), fit.LogLikelihood, 1e-6 * Math.Abs(fit.LogLikelihood));
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void The_back_test_of_spend_scales_and_that_of_purchases_does_not_see_money(double unit)
    {
        var purchases = Purchases(1_500);
        var scaledPurchases = purchases.Select(purchase => (purchase.Customer, purchase.Day, purchase.Value * unit));
        SpendBacktestReport spend = SpendBacktest.Run(PurchaseLog.Create(purchases), Split)!, scaled = SpendBacktest.Run(PurchaseLog.Create(scaledPurchases), Split)!;
        Assert.Equal(spend.Customers, scaled.Customers);
        Close(spend.MeanForecast * unit, scaled.MeanForecast);
        Close(spend.MeanActual * unit, scaled.MeanActual);
        Close(spend.Mae * unit, scaled.Mae);
        Close(spend.PopulationMae * unit, scaled.PopulationMae);

        IPurchaseForecaster[] forecasters = [new BetaGeometricForecaster(BetaGeometricVariant.MbgNbd)];
        Assert.Equal(
            LifetimeBacktest.Run(PurchaseLog.Create(purchases), Split, forecasters).HoldOut[0].Rmse,
            LifetimeBacktest.Run(PurchaseLog.Create(scaledPurchases), Split, forecasters).HoldOut[0].Rmse);
    }

    [Fact]
    public void A_lifetime_value_scales_with_the_unit()
    {
        var model = new BetaGeometricModel(BetaGeometricVariant.MbgNbd, new(0.5, 6, 0.9, 1.6));
        var customer = new PurchaseStatistics(3, 20, 30);
        var value = LifetimeValue.Expected(model, new GammaGammaModel(6, 4, 15), customer, new SpendStatistics(3, 20), 52, 0.1);
        foreach (var unit in Units.Select(row => row.Data)) Close(value * unit, LifetimeValue.Expected(model, new GammaGammaModel(6, 4, 15 * unit), customer, new SpendStatistics(3, 20 * unit), 52, 0.1));
    }

    [Fact]
    public void Values_that_are_left_out_are_not_zeros()
    {
        var random = new Xoshiro256(12);
        var purchases = Purchases(4_000);
        (int Customer, int Day, double Value)[] gaps = [.. purchases.Select(purchase => purchase with { Value = random.NextDouble() < 0.4 ? double.NaN : purchase.Value })];
        SpendBacktestReport whole = SpendBacktest.Run(PurchaseLog.Create(purchases), Split)!, gappy = SpendBacktest.Run(PurchaseLog.Create(gaps), Split)!;
        // Taken as zeros, two in five would take two fifths of every mean.
        Assert.InRange(gappy.MeanActual / whole.MeanActual, 0.95, 1.05);
        Assert.InRange(gappy.MeanForecast / whole.MeanForecast, 0.95, 1.05);
        Assert.InRange(gappy.Fit.Model.PopulationMean / whole.Fit.Model.PopulationMean, 0.95, 1.05);

        var none = PurchaseLog.Create(purchases.Select(purchase => purchase with { Value = double.NaN }));
        Assert.Null(SpendBacktest.Run(none, Split));
        Assert.Equal(PurchaseLog.Create(purchases).PurchaseDays, none.PurchaseDays);
    }

    [Fact]
    public void A_day_with_a_purchase_of_unknown_value_has_no_known_value_and_the_mean_is_of_the_others()
    {
        var log = PurchaseLog.Create([(0, 1, 5), (0, 8, 10), (0, 15, 7), (0, 15, double.NaN), (0, 22, 30), (1, 1, double.NaN), (1, 9, double.NaN)]);
        Assert.Equal(new SpendStatistics(2, 20), log.SpendOf(0));
        Assert.Equal(default, log.SpendOf(1));
        Assert.Equal(new PurchaseStatistics(3, 3, 3), log.HistoryOf(0).AsOf(22));
        Assert.Throws<ArgumentException>(() => PurchaseLog.Create([(0, 1, double.PositiveInfinity)]));
    }

    [Fact]
    public void The_order_of_the_rows_is_in_no_figure()
    {
        (int, int, double)[] rows = [.. Purchases(400), .. Purchases(400).Select(purchase => purchase with { Value = purchase.Value / 3 })];
        var shuffled = rows.ToArray();
        new Xoshiro256(3).Shuffle<(int, int, double)>(shuffled);
        PurchaseLog first = PurchaseLog.Create(rows), second = PurchaseLog.Create(shuffled), reversed = PurchaseLog.Create(rows.Reverse());
        for (var c = 0; c < first.Customers; c++)
        {
            Assert.Equal(first.ValuesOf(c), second.ValuesOf(c));
            Assert.Equal(first.ValuesOf(c), reversed.ValuesOf(c));
        }
    }

    private static void Close(double expected, double actual) => Assert.Equal(1, actual / expected, 1e-4);

    /// <summary>Gamma-Gamma as it is meant: p 6, q 4, v 15.</summary>
    private static SpendStatistics[] Spends(int customers)
    {
        var random = new Xoshiro256(5);
        var spends = new SpendStatistics[customers];
        for (var c = 0; c < customers; c++)
        {
            var (rate, purchases) = (random.NextGamma(4) / 15, 1 + random.NextInt32(6));
            spends[c] = new SpendStatistics(purchases, random.NextGamma(6 * purchases) / rate / purchases);
        }

        return spends;
    }

    private static (int Customer, int Day, double Value)[] Purchases(int customers)
    {
        var random = new Xoshiro256(9);
        var purchases = new List<(int, int, double)>();
        for (var c = 0; c < customers; c++)
        {
            double day = random.NextInt32(60), rate = random.NextGamma(0.9) / 25, dropout = random.NextBeta(1, 5), scale = random.NextGamma(4) / 15;
            do
            {
                purchases.Add((c, (int)day, random.NextGamma(6) / scale));
                day += random.NextExponential() / rate;
            }
            while (day < 300 && random.NextDouble() > dropout);
        }

        return [.. purchases];
    }
}
