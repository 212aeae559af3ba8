using CsCheck;
using MathNet.Numerics.Integration;
using Personalization.Algorithms.Lifetime;
using Personalization.Algorithms.Numerics;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Lifetime;

public sealed class BetaGeometricModelTests
{
    private static readonly BetaGeometricModel Mbg = new(BetaGeometricVariant.MbgNbd, new(0.5248, 6.183, 0.891, 1.614));

    private static readonly Gen<BetaGeometricModel> Models =
        from variant in Gen.Enum<BetaGeometricVariant>()
        from r in Gen.Double[0.05, 5]
        from alpha in Gen.Double[0.2, 50]
        from a in Gen.Double[0.05, 5]
        from b in Gen.Double[0.05, 10]
        select new BetaGeometricModel(variant, new(r, alpha, a, b));

    private static readonly Gen<PurchaseStatistics> Customers =
        from x in Gen.Int[0, 60]
        from recency in Gen.Double[0.1, 100]
        from silence in Gen.Double[0, 150]
        select new PurchaseStatistics(x, x == 0 ? 0 : recency, (x == 0 ? 0 : recency) + silence);

    public static readonly TheoryData<int, double, double, double> ChurnArithmetic = new()
    {
        { 0, 0, 40, 0.38671 },
        { 40, 40, 41, 0.95147 },
        { 20, 20, 40, 0.00021 },
    };

    [Theory]
    [MemberData(nameof(ChurnArithmetic))]
    public void Probability_alive_of_one_time_and_of_weekly_buyers(int x, double recency, double age, double expected) =>
        Assert.Equal(expected, Mbg.ProbabilityAlive(new PurchaseStatistics(x, recency, age)), 1e-5);

    [Fact]
    public void One_time_buyer_crosses_one_half_in_the_thirteenth_week()
    {
        var customer = new PurchaseStatistics(0, 0, 0);
        var crossing = Mbg.CrossingTime(customer, 0.5);
        Assert.Equal(12.998, crossing, 1e-3);
        Assert.Equal(0.5, Mbg.ProbabilityAlive(customer.At(crossing)), 1e-12);
    }

    [Fact]
    public void One_time_buyers_never_fade_under_bg_and_always_under_mbg()
    {
        var customer = new PurchaseStatistics(0, 0, 100);
        var bg = Mbg with { Variant = BetaGeometricVariant.BgNbd };
        Assert.Equal(1, bg.ProbabilityAlive(customer));
        Assert.Equal(double.PositiveInfinity, bg.CrossingTime(customer, 0.5));
        Assert.InRange(Mbg.ProbabilityAlive(customer), 0.01, 0.5);
    }

    [Fact]
    public void Likelihood_of_a_one_time_buyer_under_mbg_is_the_mixture_of_its_two_stories()
    {
        var (r, alpha, a, b) = (0.5248, 6.183, 0.891, 1.614);
        var dropped = a / (a + b);
        var silent = b / (a + b) * Math.Pow(alpha / (alpha + 30), r);
        Assert.Equal(Math.Log(dropped + silent), Mbg.LogLikelihood(new PurchaseStatistics(0, 0, 30)), 1e-12);
    }

    [Fact]
    public void Likelihood_agrees_with_the_integral_over_rates_and_dropout_probabilities()
    {
        var customer = new PurchaseStatistics(3, 5, 8);
        foreach (var variant in Enum.GetValues<BetaGeometricVariant>())
        {
            var model = new BetaGeometricModel(variant, new(2, 3, 2, 3));
            var survivalsBeforeLast = variant == BetaGeometricVariant.BgNbd ? 2 : 3;
            // ∫∫ λ³ [ (1−p)^(k+1) e^(−8λ) + p (1−p)^k e^(−5λ) ] Gamma(λ; 2, 3) Beta(p; 2, 3) dλ dp
            var integral = Integrate(p => Integrate(
                l => l * l * l * (Math.Pow(1 - p, survivalsBeforeLast + 1) * Math.Exp(-8 * l) + p * Math.Pow(1 - p, survivalsBeforeLast) * Math.Exp(-5 * l))
                    * 9 * l * Math.Exp(-3 * l) * 12 * p * (1 - p) * (1 - p), 0, 12), 0, 1);
            Assert.Equal(Math.Log(integral), model.LogLikelihood(customer), 1e-9);
        }
    }

    [Fact]
    public void Expectation_agrees_with_the_published_formula_through_the_hypergeometric_function() =>
        Gen.Select(Models, Customers, Gen.Double[0.1, 60]).Where((m, _, _) => Math.Abs(m.Parameters.A - 1) > 0.05).Sample((model, customer, t) =>
        {
            var (r, alpha, a, b) = (model.Parameters.R + customer.Frequency, model.Parameters.Alpha + customer.Age, model.Parameters.A, model.Parameters.B);
            b += customer.Frequency + (model.Variant == BetaGeometricVariant.BgNbd ? 0 : 1);
            if (a + b - 1 < 0.05) return;
            var rest = Math.Pow(alpha / (alpha + t), r) * Hypergeometric2F1.Value(r, b, a + b - 1, t / (alpha + t));
            var published = (a + b - 1) / (a - 1) * (1 - rest) * model.ProbabilityAlive(customer);
            var ours = model.ExpectedPurchases(customer, t);
            // The published form loses digits where 1 − rest is small.
            var tolerance = 1e-8 * Math.Max(1, Math.Abs((a + b - 1) / (a - 1)));
            Assert.InRange(ours, published - tolerance, published + tolerance);
        }, iter: 2_000);

    [Fact]
    public void Expectation_passes_smoothly_through_a_equal_to_one()
    {
        var customer = new PurchaseStatistics(2, 30, 39);
        double At(double a) => new BetaGeometricModel(BetaGeometricVariant.BgNbd, new(0.243, 4.414, a, 2.426)).ExpectedPurchases(customer, 39);
        Assert.Equal((At(1 - 1e-6) + At(1 + 1e-6)) / 2, At(1), 1e-10);
        Assert.Equal(At(1), At(1 + 1e-12), 1e-10);
    }

    [Fact]
    public void Expectations_agree_with_simulated_customers()
    {
        var random = new Xoshiro256(21);
        foreach (var variant in Enum.GetValues<BetaGeometricVariant>())
        {
            var model = new BetaGeometricModel(variant, new(0.8, 5, 0.9, 2));
            const int customers = 200_000;
            double sum = 0, squares = 0;
            for (var i = 0; i < customers; i++)
            {
                var count = Simulate(ref random, model, 52);
                sum += count;
                squares += (double)count * count;
            }

            var mean = sum / customers;
            var standardError = Math.Sqrt((squares / customers - mean * mean) / customers);
            Assert.InRange(model.ExpectedPurchases(52), mean - 4 * standardError, mean + 4 * standardError);
        }
    }

    [Fact]
    public void Probabilities_stay_in_their_range_and_fall_with_silence() =>
        Gen.Select(Models, Customers, Gen.Double[0, 100]).Sample((model, customer, more) =>
        {
            var now = model.ProbabilityAlive(customer);
            var later = model.ProbabilityAlive(customer.At(customer.Age + more));
            var silent = model.ProbabilityOfNoPurchase(customer, more);
            return now is >= 0 and <= 1 && later <= now && silent is >= 0 and <= 1 && silent >= 1 - now - 1e-12
                && double.IsFinite(model.LogLikelihood(customer));
        });

    [Fact]
    public void Crossing_time_is_where_the_probability_meets_the_threshold() =>
        Gen.Select(Models, Customers, Gen.Double[0.01, 0.99]).Sample((model, customer, threshold) =>
        {
            var crossing = model.CrossingTime(customer, threshold);
            if (double.IsPositiveInfinity(crossing) || crossing > 1e12) return;
            var there = model.ProbabilityAlive(customer.At(crossing));
            if (crossing > customer.Recency) Assert.Equal(threshold, there, 1e-9);
            else Assert.True(there <= threshold);
        });

    [Fact]
    public void Purchases_expected_grow_with_the_horizon_and_no_faster_than_the_rate_allows() =>
        Gen.Select(Models, Customers, Gen.Double[0, 100], Gen.Double[0, 100]).Sample((model, customer, t, more) =>
        {
            var first = model.ExpectedPurchases(customer, t);
            var second = model.ExpectedPurchases(customer, t + more);
            var rate = (model.Parameters.R + customer.Frequency) / (model.Parameters.Alpha + customer.Age);
            return first >= 0 && second >= first - 1e-9 * (1 + first) && second <= rate * (t + more) * (1 + 1e-9);
        });

    [Fact]
    public void Expected_purchases_follow_from_the_law_of_total_expectation()
    {
        // E[X(t₁ + t₂)] = E[X(t₁)] + E[E[Y(t₂) | history]], the inner mean over simulated histories.
        var random = new Xoshiro256(22);
        const int customers = 100_000;
        double sum = 0, squares = 0;
        for (var i = 0; i < customers; i++)
        {
            var (count, last) = SimulateHistory(ref random, Mbg, 30);
            var expected = Mbg.ExpectedPurchases(new PurchaseStatistics(count, last, 30), 20);
            sum += expected;
            squares += expected * expected;
        }

        var mean = sum / customers;
        var standardError = Math.Sqrt((squares / customers - mean * mean) / customers);
        Assert.InRange(Mbg.ExpectedPurchases(50) - Mbg.ExpectedPurchases(30), mean - 4 * standardError, mean + 4 * standardError);
    }

    [Fact]
    public void Parameters_statistics_and_horizons_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BetaGeometricParameters(0, 1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BetaGeometricParameters(1, double.NaN, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PurchaseStatistics(-1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PurchaseStatistics(1, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PurchaseStatistics(0, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PurchaseStatistics(1, 1, double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Mbg.ExpectedPurchases(new PurchaseStatistics(0, 0, 1), -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Mbg.CrossingTime(new PurchaseStatistics(0, 0, 1), 1));
    }

    [Fact]
    public void Scoring_a_customer_allocates_nothing()
    {
        var customer = new PurchaseStatistics(3, 20, 30);
        double sum = 0;
        for (var i = 0; i < 100; i++) sum += Score(customer);
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var i = 0; i < 1000; i++) sum += Score(customer);
        }));
        Assert.True(sum > 0);
    }

    private static double Score(in PurchaseStatistics customer) =>
        Mbg.ProbabilityAlive(customer) + Mbg.ExpectedPurchases(customer, 13) + Mbg.ProbabilityOfNoPurchase(customer, 13) + Mbg.CrossingTime(customer, 0.5)
        + LifetimeValue.Expected(Mbg, new GammaGammaModel(6.25, 3.74, 15.44), customer, new SpendStatistics(3, 20), 52, 0.1);

    private static double Integrate(Func<double, double> f, double from, double to) => GaussLegendreRule.Integrate(f, from, to, 64);

    private static int Simulate(ref Xoshiro256 random, in BetaGeometricModel model, double age) => SimulateHistory(ref random, model, age).Count;

    private static (int Count, double Last) SimulateHistory(ref Xoshiro256 random, in BetaGeometricModel model, double age)
    {
        var rate = random.NextGamma(model.Parameters.R) / model.Parameters.Alpha;
        var dropout = random.NextBeta(model.Parameters.A, model.Parameters.B);
        var count = 0;
        double now = 0, last = 0;
        if (model.Variant == BetaGeometricVariant.MbgNbd && random.NextDouble() < dropout) return (0, 0);
        while ((now += random.NextExponential() / rate) <= age)
        {
            count++;
            last = now;
            if (random.NextDouble() < dropout) break;
        }

        return (count, last);
    }
}
