using System.Diagnostics;
using Personalization.Algorithms.Lifetime;
using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Tests.Lifetime;

public sealed class EstimationTests
{
    [Theory]
    [InlineData(BetaGeometricVariant.BgNbd)]
    [InlineData(BetaGeometricVariant.MbgNbd)]
    public void Parameters_of_simulated_customers_are_found_again_within_their_standard_errors(BetaGeometricVariant variant)
    {
        var truth = new BetaGeometricModel(variant, new(0.6, 7, 0.9, 2.5));
        var fit = BetaGeometricEstimation.Fit(variant, Simulate(truth, 30_000, seed: 5));

        Assert.True(fit.Converged);
        var (p, e, t) = (fit.Model.Parameters, fit.StandardErrors, truth.Parameters);
        Assert.InRange(p.R, t.R - 4 * e.R, t.R + 4 * e.R);
        Assert.InRange(p.Alpha, t.Alpha - 4 * e.Alpha, t.Alpha + 4 * e.Alpha);
        Assert.InRange(p.A, t.A - 4 * e.A, t.A + 4 * e.A);
        Assert.InRange(p.B, t.B - 4 * e.B, t.B + 4 * e.B);
        Assert.InRange(e.R, 0.001, 0.05);
    }

    [Theory]
    [InlineData(BetaGeometricVariant.BgNbd)]
    [InlineData(BetaGeometricVariant.MbgNbd)]
    public void The_tabulated_likelihood_is_the_sum_of_the_models(BetaGeometricVariant variant)
    {
        var sample = Simulate(new BetaGeometricModel(variant, new(0.6, 7, 0.9, 2.5)), 2_000, seed: 6);
        var fit = BetaGeometricEstimation.Fit(variant, sample);
        double sum = 0;
        for (var i = 0; i < sample.Distinct; i++)
        {
            var (customer, count) = sample[i];
            sum += count * fit.Model.LogLikelihood(customer);
        }

        Assert.Equal(sum, fit.LogLikelihood, 1e-8 * Math.Abs(sum));
        // A maximum: a step to either side along any axis is worse.
        var p = fit.Model.Parameters;
        foreach (var factor in (double[])[0.97, 1.03])
        {
            foreach (var near in (BetaGeometricParameters[])[new(p.R * factor, p.Alpha, p.A, p.B), new(p.R, p.Alpha * factor, p.A, p.B), new(p.R, p.Alpha, p.A * factor, p.B), new(p.R, p.Alpha, p.A, p.B * factor)])
            {
                double other = 0;
                for (var i = 0; i < sample.Distinct; i++) other += sample[i].Count * new BetaGeometricModel(variant, near).LogLikelihood(sample[i].Customer);
                Assert.True(other < sum);
            }
        }
    }

    [Fact]
    public void Shards_merged_fit_as_one_population()
    {
        var model = new BetaGeometricModel(BetaGeometricVariant.MbgNbd, new(0.6, 7, 0.9, 2.5));
        PurchaseSample first = Simulate(model, 3_000, seed: 1), second = Simulate(model, 3_000, seed: 2), whole = Simulate(model, 3_000, seed: 1);
        for (var i = 0; i < second.Distinct; i++) whole.Add(second[i].Customer, second[i].Count);
        first.Merge(second);

        Assert.Equal(6_000, first.Customers);
        Assert.Equal(whole.Distinct, first.Distinct);
        Assert.Equal(
            BetaGeometricEstimation.Fit(model.Variant, whole).Model.Parameters, BetaGeometricEstimation.Fit(model.Variant, first).Model.Parameters);
    }

    [Fact]
    public void A_million_customers_fit_in_seconds()
    {
        var sample = Simulate(new BetaGeometricModel(BetaGeometricVariant.MbgNbd, new(0.5248, 6.183, 0.891, 1.614)), 1_000_000, seed: 3);
        var watch = Stopwatch.StartNew();
        var fit = BetaGeometricEstimation.Fit(BetaGeometricVariant.MbgNbd, sample);
        watch.Stop();

        Assert.True(fit.Converged);
        Assert.Equal(0.5248, fit.Model.Parameters.R, 0.02);
        TestContext.Current.TestOutputHelper!.WriteLine($"{sample.Distinct} distinct statistics, {fit.Iterations} steps, {watch.Elapsed.TotalSeconds:0.00} s");
        // A shared machine may be slow: the bound only catches a fit whose cost grew by an order of magnitude.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Without_customers_or_repeat_purchases_there_is_nothing_to_fit()
    {
        Assert.Throws<ArgumentException>(() => BetaGeometricEstimation.Fit(BetaGeometricVariant.BgNbd, new PurchaseSample()));
        Assert.Throws<ArgumentException>(() => BetaGeometricEstimation.Fit(BetaGeometricVariant.BgNbd, new PurchaseSample([new(0, 0, 10), new(0, 0, 20)])));
        Assert.Throws<ArgumentException>(() => GammaGammaEstimation.Fit([new SpendStatistics(0, 0)]));
    }

    [Fact]
    public void Data_that_determine_nothing_say_so()
    {
        // Everybody buys every week and nobody ever stops: rates do not differ and nobody drops out.
        var sample = new PurchaseSample();
        sample.Add(new PurchaseStatistics(20, 20, 20), 1_000);
        var fit = BetaGeometricEstimation.Fit(BetaGeometricVariant.BgNbd, sample);
        Assert.False(fit.Converged && double.IsFinite(fit.StandardErrors.R) && double.IsFinite(fit.StandardErrors.A));
        Assert.InRange(fit.Model.ProbabilityAlive(new PurchaseStatistics(20, 20, 20)), 0.99, 1);
    }

    [Fact]
    public void Gamma_gamma_parameters_of_simulated_spenders_are_found_again()
    {
        var random = new Xoshiro256(8);
        var customers = new SpendStatistics[40_000];
        foreach (ref var customer in customers.AsSpan())
        {
            var rate = random.NextGamma(4) / 20;
            var purchases = 1 + random.NextInt32(6);
            customer = new SpendStatistics(purchases, random.NextGamma(6 * purchases) / rate / purchases);
        }

        var fit = GammaGammaEstimation.Fit(customers);

        Assert.True(fit.Converged);
        Assert.InRange(fit.Model.P, 6 - 4 * fit.StandardErrorP, 6 + 4 * fit.StandardErrorP);
        Assert.InRange(fit.Model.Q, 4 - 4 * fit.StandardErrorQ, 4 + 4 * fit.StandardErrorQ);
        Assert.InRange(fit.Model.V, 20 - 4 * fit.StandardErrorV, 20 + 4 * fit.StandardErrorV);
        Assert.Equal(customers.Sum(customer => fit.Model.LogLikelihood(customer)), fit.LogLikelihood, 1e-6 * Math.Abs(fit.LogLikelihood));
        Assert.InRange(fit.StandardErrorP, 0.01, 0.5);
    }

    private static PurchaseSample Simulate(BetaGeometricModel model, int customers, ulong seed)
    {
        var random = new Xoshiro256(seed);
        var sample = new PurchaseSample();
        for (var i = 0; i < customers; i++)
        {
            // Observed by the day, for between half a year and a year and a half, as a shop would see them.
            var age = (182 + random.NextInt32(364)) / 7.0;
            var rate = random.NextGamma(model.Parameters.R) / model.Parameters.Alpha;
            var dropout = random.NextBeta(model.Parameters.A, model.Parameters.B);
            var isAlive = model.Variant == BetaGeometricVariant.BgNbd || random.NextDouble() >= dropout;
            var count = 0;
            double now = 0, last = 0;
            while (isAlive && (now += random.NextExponential() / rate) <= age)
            {
                count++;
                last = now;
                isAlive = random.NextDouble() >= dropout;
            }

            sample.Add(new PurchaseStatistics(count, Math.Min(age, Math.Round(last * 7) / 7), age));
        }

        return sample;
    }
}
