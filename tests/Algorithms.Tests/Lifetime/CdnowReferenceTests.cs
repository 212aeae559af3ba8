using Personalization.Algorithms.Lifetime;

namespace Personalization.Algorithms.Tests.Lifetime;

/// <summary>The published figures, reproduced from the transactions themselves.</summary>
public sealed class CdnowReferenceTests
{
    private const double Tolerance = 0.005;

    [Fact]
    public void Bg_nbd_is_fitted_to_the_published_parameters()
    {
        var fit = BetaGeometricEstimation.Fit(BetaGeometricVariant.BgNbd, Cdnow.Sample());

        Assert.True(fit.Converged);
        Assert.Equal(2357, fit.Customers);
        TestContext.Current.TestOutputHelper!.WriteLine($"{fit.DistinctStatistics} distinct statistics");
        AssertClose(0.2426, fit.Model.Parameters.R);
        AssertClose(4.4135, fit.Model.Parameters.Alpha);
        AssertClose(0.7929, fit.Model.Parameters.A);
        AssertClose(2.4258, fit.Model.Parameters.B);
        Assert.Equal(-9582.43, fit.LogLikelihood, 0.01);
        // As the Python package lifetimes reports them for this sample.
        Assert.Equal(0.012557, fit.StandardErrors.R, 0.00013);
        Assert.Equal(0.378221, fit.StandardErrors.Alpha, 0.004);
        Assert.Equal(0.185719, fit.StandardErrors.A, 0.002);
        Assert.Equal(0.705345, fit.StandardErrors.B, 0.007);
    }

    [Fact]
    public void Mbg_nbd_is_fitted_to_the_published_parameters()
    {
        var fit = BetaGeometricEstimation.Fit(BetaGeometricVariant.MbgNbd, Cdnow.Sample());

        Assert.True(fit.Converged);
        AssertClose(0.5248, fit.Model.Parameters.R);
        AssertClose(6.183, fit.Model.Parameters.Alpha);
        AssertClose(0.891, fit.Model.Parameters.A);
        AssertClose(1.614, fit.Model.Parameters.B);
    }

    [Fact]
    public void The_customer_of_the_paper_is_expected_to_buy_1_226_times()
    {
        var model = new BetaGeometricModel(BetaGeometricVariant.BgNbd, new(0.243, 4.414, 0.793, 2.426));
        Assert.Equal(1.226, model.ExpectedPurchases(new PurchaseStatistics(2, 30.43, 38.86), 39), 3);
    }

    [Fact]
    public void Gamma_gamma_is_fitted_to_the_published_parameters_of_the_repeat_buyers()
    {
        var past = PurchaseLog.Create(Cdnow.Purchases()).Before(Cdnow.Split);
        var fit = GammaGammaEstimation.Fit([.. Enumerable.Range(0, past.Customers).Select(past.SpendOf)]);

        Assert.True(fit.Converged);
        Assert.InRange(fit.Customers, 940, 946);
        AssertClose(6.25, fit.Model.P);
        AssertClose(3.74, fit.Model.Q);
        AssertClose(15.44, fit.Model.V);
    }

    [Fact]
    public void The_hold_out_forecast_is_the_published_one()
    {
        var model = BetaGeometricEstimation.Fit(BetaGeometricVariant.BgNbd, Cdnow.Sample()).Model;
        var forecast = Cdnow.Calibration().Sum(history => model.ExpectedPurchases(history.AsOf(Cdnow.Split - 1), 39));
        var actual = Cdnow.Purchases().Where(p => p.Day >= Cdnow.Split).Select(p => (p.Customer, p.Day)).Distinct().Count();

        Assert.Equal(1882, actual);
        Assert.Equal(1653, forecast, 3.0);
    }

    private static void AssertClose(double published, double ours) => Assert.InRange(ours, published * (1 - Tolerance), published * (1 + Tolerance));
}
