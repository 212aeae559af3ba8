using System.Globalization;
using System.IO.Compression;
using Personalization.Algorithms.OffPolicy;
using Personalization.TestKit;
using Sylvan.Data.Csv;

namespace Personalization.Algorithms.Tests.OffPolicy;

/// <summary>The Open Bandit Dataset (Saito et al. 2021, small version): the uniform policy from the logs of Bernoulli Thompson sampling, checked against figures reproduced on the same files.</summary>
public sealed class OpenBanditTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("men", 34, 0.00301, 0.00319)]
    [InlineData("women", 46, 0.00744, 0.00237)]
    public void The_uniform_policy_has_the_published_IPW_and_SNIPW(string campaign, int items, double ipw, double snipw)
    {
        var log = Read(campaign, items);
        Assert.Equal(10_000, log.Length);
        Assert.Equal(ipw, OffPolicyEvaluation.Value(new InversePropensityScoring(), log), 1e-5);
        Assert.Equal(snipw, OffPolicyEvaluation.Value(new SelfNormalizedInversePropensityScoring(), log), 1e-5);
    }

    [Fact]
    public void The_men_are_trusted_and_the_interval_holds_what_was_observed_under_random_choice()
    {
        var log = Read("men", 34);
        foreach (var estimator in (IOffPolicyEstimator[])[new InversePropensityScoring(), new SelfNormalizedInversePropensityScoring()])
        {
            var estimate = OffPolicyEvaluation.Evaluate(estimator, log);
            output.WriteLine($"{estimate}");
            Assert.Equal(656, estimate.Overlap.EffectiveSample, 1.0);
            Assert.True(estimate.Bootstrap.Contains(0.0046));
            Assert.True(estimate.Trustworthy, estimate.Reason);
        }
    }

    [Fact]
    public void The_women_are_not_trusted_because_two_decisions_carry_the_estimate()
    {
        var estimate = OffPolicyEvaluation.Evaluate(new InversePropensityScoring(), Read("women", 46));
        output.WriteLine($"{estimate}");
        Assert.Equal(2, estimate.Overlap.EffectiveSample, 0.5);
        Assert.Equal(21_739, estimate.Overlap.LargestWeight, 1.0);
        Assert.False(estimate.Trustworthy);
        Assert.Contains("effective sample is 2 of 10000", estimate.Reason, StringComparison.Ordinal);
    }

    private static LoggedDecision[] Read(string campaign, int items)
    {
        using var file = File.OpenRead(RealData.File("obd", $"bts_{campaign}.csv.gz"));
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        using var csv = CsvDataReader.Create(text);
        var (click, propensity) = (csv.GetOrdinal("click"), csv.GetOrdinal("propensity_score"));
        var log = new List<LoggedDecision>();
        while (csv.Read())
            log.Add(new LoggedDecision(csv.GetInt32(click), double.Parse(csv.GetString(propensity), CultureInfo.InvariantCulture), 1.0 / items));
        return [.. log];
    }
}
