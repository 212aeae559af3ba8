using Personalization.Algorithms.Learning;
using Personalization.Algorithms.Learning.Calibration;
using Personalization.Algorithms.Learning.Linear;

namespace Personalization.Algorithms.Tests.Learning;

/// <summary>Figures of the reference data sets: an online learner must reach what a batch logistic regression reaches on the same features.</summary>
public sealed class ReferenceDataTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("FTRL-proximal", 1)]
    [InlineData("FTRL-proximal", 10)]
    [InlineData("AdaGrad", 1)]
    [InlineData("AdaGrad", 10)]
    public void Telco_churn_reaches_the_batch_logistic_AUC_of_8447(string optimizer, int passes)
    {
        var table = new LabelledTable("Churn", label => label == "Yes", ["customerID"], [], "telco_churn", "Telco-Customer-Churn.csv.gz");
        Assert.Equal(7_043, table.Labels.Length);
        Check("telco", table, optimizer, passes, 0.8447, passes == 1 ? 0.004 : 0.002);
    }

    [Theory]
    [InlineData("FTRL-proximal", 1)]
    [InlineData("FTRL-proximal", 10)]
    [InlineData("AdaGrad", 1)]
    [InlineData("AdaGrad", 10)]
    public void Online_shoppers_reach_the_batch_logistic_AUC_of_8952(string optimizer, int passes)
    {
        var table = new LabelledTable("Revenue", label => label == "TRUE", [], ["OperatingSystems", "Browser", "Region", "TrafficType"], "online_shoppers", "online_shoppers_intention.csv.gz");
        Assert.Equal(12_330, table.Labels.Length);
        Check("shoppers", table, optimizer, passes, 0.8952, passes == 1 ? 0.006 : 0.003);
    }

    private void Check(string name, LabelledTable table, string optimizer, int passes, double published, double margin)
    {
        var plain = table.CrossValidate(() => Logistic(optimizer), passes);
        var auc = table.MeanFoldAuc(plain);
        var error = table.CalibrationError(plain);
        var platt = table.CalibrationError(table.CrossValidate(() => new CalibratedClassifier(Logistic(optimizer), new PlattCalibrator()), passes));
        var isotonic = table.CalibrationError(table.CrossValidate(() => new CalibratedClassifier(Logistic(optimizer), new IsotonicCalibrator()), passes));
        output.WriteLine($"{name} {optimizer}, {passes} passes: AUC {auc:F4} (batch {published}), calibration error {error:F4}, Platt {platt:F4}, isotonic {isotonic:F4}");
        Assert.True(auc >= published - margin, $"AUC {auc:F4}");
        Assert.True(Math.Min(error, isotonic) < 0.02);
    }

    private static LogisticRegression Logistic(string optimizer) => new(optimizer == "AdaGrad"
        ? new AdaGrad(new AdaGradOptions { Rate = 0.1 })
        : new FtrlProximal(new FtrlProximalOptions { Alpha = 0.1 }));
}
