using System.Globalization;
using System.Text;
using System.Text.Json;
using Personalization.Silo.Commands.Evaluate.Learning;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Evaluate.Learning;

public sealed class BanditEvaluationTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("men", 0.00301, 0.00319, 656, 1)]
    [InlineData("women", 0.00744, 0.00237, 2, 0)]
    public void The_open_bandit_logs_give_the_published_values_of_the_uniform_policy(string campaign, double ips, double snips, double effective, int trustworthy)
    {
        var (code, text, error) = EvaluateCommandTests.Run(
            new BanditEvaluation(), "bandit", "--data", RealData.File("obd", $"bts_{campaign}.csv.gz"), "--exclude", "timestamp", "--replicates", "200", "--json");
        Assert.Equal(0, code);
        Assert.Single(error.Trim().Split('\n')); // which column is which, and nothing of refused rows
        using var json = JsonDocument.Parse(text);
        output.WriteLine(text);
        Assert.Equal(10_000, json.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal(ips, Metric(json, "uniform, IPS", "value"), 1e-5);
        Assert.Equal(snips, Metric(json, "uniform, SNIPS", "value"), 1e-5);
        Assert.Equal(effective, Metric(json, "uniform, IPS", "effectiveSample"), 1.0);
        Assert.Equal(trustworthy, Metric(json, "uniform, IPS", "trustworthy"));
    }

    [Fact]
    public void A_policy_that_learns_is_estimated_to_earn_what_it_would_and_is_called_best()
    {
        // Two contexts, two actions, the right one pays .7 and the wrong one .2; logged uniformly: uniform is worth .45, ε-greedy about .69.
        var random = new Personalization.Algorithms.Numerics.Xoshiro256(8);
        var rows = new StringBuilder("segment,action,reward,propensity\n");
        for (var i = 0; i < 4_000; i++)
        {
            var (segment, action) = (random.NextInt32(2), random.NextInt32(2));
            rows.Append(CultureInfo.InvariantCulture, $"s{segment},a{action},{(random.NextDouble() < (segment == action ? 0.7 : 0.2) ? 1 : 0)},0.5\n");
        }

        var (code, text, _) = Run(rows.ToString(), "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(0.45, Metric(json, "uniform, DR", "value"), 0.03);
        Assert.Equal(0.69, Metric(json, "ε-greedy, DR", "value"), 0.04);
        Assert.StartsWith("ε-greedy", json.RootElement.GetProperty("best").GetString(), StringComparison.Ordinal);
        Assert.True(Metric(json, "ε-greedy, IPS", "alwaysValidLower") < Metric(json, "ε-greedy, IPS", "lower"));
    }

    /// <summary>Rewards in dollars, in cents and in lakhs: every figure of money is carried over, every other stays.</summary>
    [Theory]
    [InlineData("0.001")]
    [InlineData("100")]
    [InlineData("100000000")]
    public void Rewards_in_another_unit_change_money_alone(string unit)
    {
        var factor = decimal.Parse(unit, CultureInfo.InvariantCulture);
        string Table(decimal by)
        {
            var random = new Personalization.Algorithms.Numerics.Xoshiro256(5);
            var rows = new StringBuilder("segment,action,reward,propensity\n");
            for (var i = 0; i < 1_500; i++)
            {
                var (segment, action) = (random.NextInt32(2), random.NextInt32(2));
                rows.Append(CultureInfo.InvariantCulture, $"s{segment},a{action},{Math.Round((decimal)random.NextGamma(2) * (segment == action ? 9 : 2), 2) * by},0.5\n");
            }

            return rows.ToString();
        }

        string[] Bounds(decimal by) => ["--least-reward", "0", "--greatest-reward", (1000 * by).ToString(CultureInfo.InvariantCulture), "--replicates", "200", "--json"];
        var (_, one, _) = Run(Table(1), Bounds(1));
        var (code, other, _) = Run(Table(factor), Bounds(factor));
        Assert.Equal(0, code);
        using JsonDocument first = JsonDocument.Parse(one), second = JsonDocument.Parse(other);
        Assert.Equal(first.RootElement.GetProperty("best").GetString(), second.RootElement.GetProperty("best").GetString());
        foreach (var model in first.RootElement.GetProperty("models").EnumerateArray())
        {
            foreach (var metric in model.GetProperty("metrics").EnumerateObject())
            {
                var isMoney = metric.Name is "value" or "lower" or "upper" or "alwaysValidLower" or "alwaysValidUpper";
                var expected = metric.Value.GetDouble() * (isMoney ? (double)factor : 1);
                Assert.Equal(expected, Metric(second, model.GetProperty("name").GetString()!, metric.Name), 1e-6 * Math.Max(Math.Abs(expected), isMoney ? (double)factor : 1e-3));
            }
        }

        Assert.True(Metric(second, "ε-greedy, DR", "value") > 1.3 * Metric(second, "uniform, DR", "value"));
        Assert.DoesNotContain("alwaysValid", Run(Table(factor), "--replicates", "200", "--json").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_a_header_has_the_documented_columns_in_order()
    {
        var rows = string.Concat(Enumerable.Range(0, 200).Select(i => $"c{i % 3},a{i % 4},{i % 5 / 4},0.25\n"));
        var (code, text, _) = Run(rows, "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(200, json.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal(0.2, Metric(json, "logged", "value"), 1e-12);
    }

    [Fact]
    public void Bad_rows_are_told_by_number_and_a_propensity_of_zero_is_an_error()
    {
        var good = string.Concat(Enumerable.Range(0, 50).Select(i => $"x,a{i % 2},{i % 2},0.5\n"));
        var (code, _, error) = Run("context,action,reward,propensity\nx,a,1,often\nx,a,much,0.5\nx,,1,0.5\nx,a,1,1.5\nx,a,1\n" + good);
        Assert.Equal(0, code);
        foreach (var reason in (string[])["row 2: 'often' is not a propensity", "row 3: 'much' is not a reward", "row 4: no action", "row 5: a propensity of 1.5", "row 6: 3 fields"])
            Assert.Contains(reason, error, StringComparison.Ordinal);

        var (failed, output, reasons) = Run("context,action,reward,propensity\n" + good + "x,a0,1,0\n");
        Assert.Equal((1, ""), (failed, output));
        Assert.Contains("Row 52", reasons, StringComparison.Ordinal);
        Assert.Contains("propensity 0", reasons, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private (int Code, string Output, string Error) Run(string table, params string[] options) =>
        EvaluateCommandTests.Run(new BanditEvaluation(), ["bandit", "--data", _folder.Write("log.csv", table), .. options]);

    private static double Metric(JsonDocument json, string model, string metric) => json.RootElement.GetProperty("models").EnumerateArray()
        .Single(m => m.GetProperty("name").GetString() == model).GetProperty("metrics").GetProperty(metric).GetDouble();
}
