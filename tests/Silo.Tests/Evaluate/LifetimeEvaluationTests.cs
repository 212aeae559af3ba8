using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Personalization.Algorithms.Numerics;
using Personalization.Silo.Commands.Evaluate;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Evaluate;

public sealed class LifetimeEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Cdnow_is_evaluated_from_a_plain_csv_with_the_published_figures()
    {
        var csv = new StringBuilder("customer,date,value\n");
        foreach (var line in File.ReadLines(RealData.File("cdnow", "CDNOW_sample.txt")))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            csv.Append(CultureInfo.InvariantCulture, $"{fields[1]},{fields[2][..4]}-{fields[2][4..6]}-{fields[2][6..]},{fields[4]}\n");
        }

        var report = Path.Combine(_folder.Path, "report.html");
        var (code, output, _) = Run("--data", _folder.WriteGzip("cdnow.csv.gz", csv.ToString()), "--split", "1997-10-01", "--json", "--report", report);

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("lifetime", json.RootElement.GetProperty("task").GetString());
        Assert.Equal(6919, json.RootElement.GetProperty("rows").GetInt64());
        Assert.Equal("MBG/NBD", json.RootElement.GetProperty("best").GetString());
        var models = json.RootElement.GetProperty("models").EnumerateArray().ToDictionary(model => model.GetProperty("name").GetString()!);
        Assert.Equal(["BG/NBD", "MBG/NBD", "last 13 weeks carried forward", "recency/frequency table", "Gamma-Gamma"], models.Keys);
        double Parameter(string model, string name) => models[model].GetProperty("parameters").GetProperty(name).GetDouble();
        double Metric(string model, string name) => models[model].GetProperty("metrics").GetProperty(name).GetDouble();
        Assert.Equal(0.2426, Parameter("BG/NBD", "r"), 0.0012);
        Assert.Equal(4.4135, Parameter("BG/NBD", "alpha"), 0.022);
        Assert.Equal(-9582.43, Metric("BG/NBD", "logLikelihood"), 0.01);
        Assert.Equal(1653, Metric("BG/NBD", "forecast"), 3.0);
        Assert.Equal(1882, Metric("MBG/NBD", "actual"));
        Assert.Equal(6.25, Parameter("Gamma-Gamma", "p"), 0.031);
        Assert.Equal(3.74, Parameter("Gamma-Gamma", "q"), 0.019);
        Assert.True(Metric("Gamma-Gamma", "valueMAE") < Metric("Gamma-Gamma", "populationMeanMAE"));
        Assert.Contains("Tracking of repeat purchases", File.ReadAllText(report), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_names_models_and_says_how_the_best_was_chosen()
    {
        var (code, output, error) = Run("--data", Write(headers: true), "--split", "2024-09-01");
        Assert.Equal(0, code);
        Assert.Contains("BG/NBD", output, StringComparison.Ordinal);
        Assert.Contains("Gamma-Gamma", output, StringComparison.Ordinal);
        Assert.Contains("the hold-out had no say", output, StringComparison.Ordinal);
        Assert.Contains("left out", output, StringComparison.Ordinal);
        Assert.Contains("row 2: 'tomorrow' is not a date; left out", error, StringComparison.Ordinal);
        Assert.Contains("row 3: no customer; left out", error, StringComparison.Ordinal);
        Assert.Contains("row 4: the value -3 is negative", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_header_and_without_values_gives_the_same_forecasts()
    {
        var (_, with, _) = Run("--data", Write(headers: true), "--split", "2024-09-01", "--json");
        var (code, without, _) = Run("--data", Write(headers: false), "--split", "20240901", "--json");
        Assert.Equal(0, code);
        using JsonDocument first = JsonDocument.Parse(with), second = JsonDocument.Parse(without);
        Assert.Equal(5, first.RootElement.GetProperty("models").GetArrayLength());
        Assert.Equal(4, second.RootElement.GetProperty("models").GetArrayLength());
        Assert.Equal(
            first.RootElement.GetProperty("models")[0].GetProperty("metrics").ToString(), second.RootElement.GetProperty("models")[0].GetProperty("metrics").ToString());
    }

    [Theory]
    [InlineData("1990-01-01", "no purchase before the split")]
    [InlineData("2030-01-01", "no purchase from the split")]
    [InlineData("yesterday", "is not a date")]
    [InlineData("2024-01-01", "nothing to learn from")]
    public void Splits_that_leave_nothing_to_evaluate_are_explained(string split, string message)
    {
        var path = _folder.Write("two.csv", "customer,date,value\nann,2023-06-01,1\nbob,2023-07-01,2\nann,2024-02-01,1\n");
        var (code, output, error) = Run("--data", path, "--split", split);
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_and_split_are_required()
    {
        var (code, _, error) = Run();
        Assert.NotEqual(0, code);
        Assert.Contains("--data", error, StringComparison.Ordinal);
        Assert.Contains("--split", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = new StringWriter() };
        var code = EvaluateCommand.Create().Parse(["lifetime", .. arguments]).Invoke(configuration);
        return (code, configuration.Output.ToString()!, configuration.Error.ToString()!);
    }

    /// <summary>A year of 300 simulated customers; with a header also three bad rows and values.</summary>
    private string Write(bool headers)
    {
        var random = new Xoshiro256(61);
        var csv = new StringBuilder(headers ? "Order Date;Customer ID;Amount\ntomorrow;x;1\n2024-01-01; ;1\n2024-01-01;x;-3\n" : "");
        for (var c = 0; c < 300; c++)
        {
            double day = random.NextInt32(90), rate = random.NextGamma(0.8) / 30, dropout = random.NextBeta(1, 4);
            do
            {
                var date = new DateOnly(2024, 1, 1).AddDays((int)day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                csv.Append(headers ? string.Create(CultureInfo.InvariantCulture, $"{date};c{c};{10 + c % 7}\n") : $"c{c},{date}\n");
                day += random.NextExponential() / rate;
            }
            while (day < 365 && random.NextDouble() > dropout);
        }

        return _folder.Write(headers ? "with.csv" : "without.csv", csv.ToString());
    }
}
