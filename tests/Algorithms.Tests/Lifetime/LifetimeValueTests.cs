using CsCheck;
using Personalization.Algorithms.Lifetime;

namespace Personalization.Algorithms.Tests.Lifetime;

public sealed class LifetimeValueTests
{
    private static readonly BetaGeometricModel Purchases = new(BetaGeometricVariant.MbgNbd, new(0.5248, 6.183, 0.891, 1.614));
    private static readonly GammaGammaModel Value = new(6.25, 3.74, 15.44);

    [Fact]
    public void Without_discount_it_is_expected_purchases_times_expected_value()
    {
        var (customer, spend) = (new PurchaseStatistics(2, 30.43, 38.86), new SpendStatistics(2, 22.35));
        Assert.Equal(
            Purchases.ExpectedPurchases(customer, 52) * Value.ExpectedValue(spend), LifetimeValue.Expected(Purchases, Value, customer, spend, 52, 0), 1e-12);
        Assert.Equal(24.66, Value.ExpectedValue(spend), 0.01);
    }

    [Fact]
    public void Discounting_agrees_with_a_fine_sum_over_days() =>
        Gen.Select(Gen.Int[0, 30], Gen.Double[0, 50], Gen.Double[1, 600], Gen.Double[0.01, 1]).Sample((x, silence, horizon, discount) =>
        {
            var customer = new PurchaseStatistics(x, x == 0 ? 0 : 20, (x == 0 ? 0 : 20) + silence);
            var rate = Math.Log(1 + discount) * 7 / 365.25;
            double sum = 0, before = 0;
            const int steps = 4_000;
            for (var i = 1; i <= steps; i++)
            {
                var until = Purchases.ExpectedPurchases(customer, horizon * i / steps);
                sum += (until - before) * Math.Exp(-rate * horizon * (i - 0.5) / steps);
                before = until;
            }

            Assert.Equal(sum, LifetimeValue.DiscountedPurchases(Purchases, customer, horizon, discount), 1e-5 * (1e-3 + sum));
        }, iter: 30);

    [Fact]
    public void A_customer_of_whom_nothing_is_known_spends_as_the_population()
    {
        Assert.Equal(Value.PopulationMean, Value.ExpectedValue(new SpendStatistics(0, 0)));
        Assert.Equal(6.25 * 15.44 / 2.74, Value.PopulationMean, 1e-12);
        Assert.Equal(double.PositiveInfinity, new GammaGammaModel(1, 0.5, 1).PopulationMean);
    }

    [Fact]
    public void Expected_value_lies_between_the_customers_mean_and_the_populations() =>
        Gen.Select(Gen.Int[1, 200], Gen.Double[0.01, 1e5]).Sample((x, mean) =>
        {
            var expected = Value.ExpectedValue(new SpendStatistics(x, mean));
            var (low, high) = mean < Value.PopulationMean ? (mean, Value.PopulationMean) : (Value.PopulationMean, mean);
            return expected >= low * (1 - 1e-12) && expected <= high * (1 + 1e-12);
        });

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new GammaGammaModel(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpendStatistics(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SpendStatistics(-1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => LifetimeValue.DiscountedPurchases(Purchases, new PurchaseStatistics(0, 0, 1), 10, -0.1));
    }
}
