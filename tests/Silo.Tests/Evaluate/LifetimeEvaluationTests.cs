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
        Assert.Contains("1 rows with a negative value (returns) are no purchases", error, StringComparison.Ordinal);
        Assert.Contains("with.csv: customer = 'Customer ID', date = 'Order Date', value = 'Amount'", error, StringComparison.Ordinal);
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

    /// <summary>The same purchases as other tools write them: the figures are those of the plain file, or the run ends.</summary>
    [Theory]
    [InlineData("day-first", null)]
    [InlineData("decimal comma", null)]
    [InlineData("order id first", null)]
    [InlineData("price before total", null)]
    [InlineData("reversed", null)]
    [InlineData("two rows a day", null)]
    [InlineData("behind comments", null)]
    [InlineData("other words", "Name its columns with --customer, --date, --value")]
    [InlineData("days to twelve", "--date-format")]
    [InlineData("excel days", "--date-format")]
    public void Other_ways_to_write_the_same_file_give_the_same_figures_or_end_the_run(string way, string? refusal)
    {
        var rows = Rows();
        string Iso(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string Text(Func<string, DateOnly, decimal, string> row, string header) => header + "\n" + string.Concat(rows.Select(r => row(r.Customer, r.Date, r.Value) + "\n"));
        string Plain(string header = "customer,date,value") => Text((c, d, v) => $"{c},{Iso(d)},{v.ToString(CultureInfo.InvariantCulture)}", header);
        var text = way switch
        {
            "day-first" => Text((c, d, v) => string.Create(CultureInfo.InvariantCulture, $"{c},{d:dd/MM/yyyy} 08:30,{v}"), "customer,date,value"),
            "decimal comma" => Text((c, d, v) => $"{c};{Iso(d)};{v.ToString(CultureInfo.InvariantCulture).Replace('.', ',')}", "customer;date;value"),
            "order id first" => Text((c, d, v) => string.Create(CultureInfo.InvariantCulture, $"o-{d.DayNumber},{c},{Iso(d)},{v}"), "id,customer_id,date,value"),
            "price before total" => Text((c, d, v) => string.Create(CultureInfo.InvariantCulture, $"{c},{Iso(d)},1.00,{v}"), "customer,date,price,total"),
            "reversed" => "customer,date,value\n" + string.Join('\n', Plain().Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..].Reverse()) + "\n",
            "two rows a day" => Text((c, d, v) => string.Create(CultureInfo.InvariantCulture, $"{c},{Iso(d)},{v}\n{c},{Iso(d)},0"), "customer,date,value"),
            "behind comments" => "sep=,\n\n# exported by a till\n" + Plain("\"customer\",\"date; of the order, local\",value").Replace("date; of the order, local", "date", StringComparison.Ordinal),
            "other words" => Plain("Kunde,Tag,Betrag"),
            "days to twelve" => Text((c, d, v) => string.Create(CultureInfo.InvariantCulture, $"{c},{Math.Min(d.Day, 12)}/{d.Month}/{d.Year},{v}"), "customer,date,value"),
            _ => Text((c, d, v) => string.Create(CultureInfo.InvariantCulture, $"{c},{d.DayNumber - 693_593},{v}"), "customer,date,value"),
        };
        var (code, output, error) = Run("--data", _folder.Write("other.csv", text), "--split", "2024-09-01", "--json");
        if (refusal is not null)
        {
            Assert.Equal((1, ""), (code, output));
            Assert.Contains(refusal, error, StringComparison.Ordinal);
            return;
        }

        var (_, plain, _) = Run("--data", _folder.Write("plain.csv", Plain()), "--split", "2024-09-01", "--json");
        Assert.Equal(0, code);
        Assert.Equal(Models(plain), Models(output));
    }

    [Fact]
    public void Columns_and_formats_can_be_told()
    {
        var rows = Rows();
        var plain = "customer,date,value\n" + string.Concat(rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Customer},{r.Date:yyyy-MM-dd},{r.Value}\n")));
        var other = "Betrag|Tag|Kunde\n" + string.Concat(rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Value}|{r.Date:dd.MM.yy}|{r.Customer}\n")));
        var (_, expected, _) = Run("--data", _folder.Write("plain.csv", plain), "--split", "2024-09-01", "--json");
        var (code, named, error) = Run(
            "--data", _folder.Write("other.csv", other), "--split", "2024-09-01", "--customer", "kunde", "--date", "Tag", "--value", "Betrag", "--date-format", "dd.MM.yy", "--json");
        Assert.Equal(0, code);
        Assert.Equal(Models(expected), Models(named));
        Assert.Contains("other.csv: customer = 'Kunde', date = 'Tag', value = 'Betrag'; dates dd.MM.yy", error, StringComparison.Ordinal);

        var (numbered, byNumber, _) = Run(
            "--data", _folder.Write("bare.csv", other[(other.IndexOf('\n', StringComparison.Ordinal) + 1)..]), "--split", "2024-09-01",
            "--customer", "3", "--date", "2", "--value", "1", "--date-format", "dd.MM.yy", "--json");
        Assert.Equal(0, numbered);
        Assert.Equal(Models(expected), Models(byNumber));
        Assert.Contains("--date-format", Run("--data", "x.csv", "--split", "2024-09-01", "--date-format", "soon").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_are_missing_are_left_out_of_means_and_a_column_without_any_learns_no_money()
    {
        var rows = Rows();
        string Csv(Func<int, string> value) => "customer,date,value\n" + string.Concat(rows.Select((r, i) => string.Create(CultureInfo.InvariantCulture, $"{r.Customer},{r.Date:yyyy-MM-dd},{value(i)}\n")));
        var (code, some, _) = Run("--data", _folder.Write("some.csv", Csv(i => i % 2 == 0 ? "NaN" : "20")), "--split", "2024-09-01");
        Assert.Equal(0, code);
        Assert.Contains("purchases have no value", some, StringComparison.Ordinal);
        var (_, json, _) = Run("--data", _folder.Write("some.csv", Csv(i => i % 2 == 0 ? "" : "20")), "--split", "2024-09-01", "--json");
        using var document = JsonDocument.Parse(json);
        var money = document.RootElement.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == "Gamma-Gamma").GetProperty("metrics");
        Assert.Equal(20, money.GetProperty("valueActual").GetDouble(), 1e-9);
        Assert.Equal(20, money.GetProperty("valueForecast").GetDouble(), 0.01);

        foreach (var value in (string[])["", "0"])
        {
            var (none, output, _) = Run("--data", _folder.Write("none.csv", Csv(_ => value)), "--split", "2024-09-01");
            Assert.Equal(0, none);
            Assert.DoesNotContain("Gamma-Gamma", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0.001")]
    [InlineData("100000000")]
    [InlineData("1000000000000")]
    public void Money_in_another_unit_changes_money_alone(string unit)
    {
        var (rows, factor) = (Rows(), decimal.Parse(unit, CultureInfo.InvariantCulture));
        string Csv(decimal by) => "customer,date,value\n" + string.Concat(rows.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Customer},{r.Date:yyyy-MM-dd},{r.Value * by}\n")));
        var (_, one, _) = Run("--data", _folder.Write("one.csv", Csv(1)), "--split", "2024-09-01", "--json");
        var (code, other, _) = Run("--data", _folder.Write("other.csv", Csv(factor)), "--split", "2024-09-01", "--json");
        Assert.Equal(0, code);
        using JsonDocument first = JsonDocument.Parse(one), second = JsonDocument.Parse(other);
        for (var model = 0; model < 4; model++)
            Assert.Equal(first.RootElement.GetProperty("models")[model].ToString(), second.RootElement.GetProperty("models")[model].ToString());
        foreach (var name in (string[])["valueForecast", "valueActual", "valueMAE", "populationMeanMAE"])
        {
            double Of(JsonDocument json) => json.RootElement.GetProperty("models")[4].GetProperty("metrics").GetProperty(name).GetDouble();
            Assert.Equal(1, Of(second) / (Of(first) * (double)factor), 1e-3);
        }
    }

    [Theory]
    [InlineData("1990-01-01", "no purchase before the split")]
    [InlineData("02/09/2024", "is not a date")]
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

    private static string Models(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("models").ToString();
    }

    private static (string Customer, DateOnly Date, decimal Value)[] Rows()
    {
        var random = new Xoshiro256(17);
        var rows = new List<(string, DateOnly, decimal)>();
        for (var c = 0; c < 200; c++)
        {
            double day = random.NextInt32(90), rate = random.NextGamma(0.8) / 30, dropout = random.NextBeta(1, 4), scale = random.NextGamma(4) / 15;
            do
            {
                rows.Add(($"c{c}", new DateOnly(2024, 1, 1).AddDays((int)day), Math.Round(2 + (decimal)(random.NextGamma(6) / scale), 2)));
                day += 1 + (random.NextExponential() / rate);
            }
            while (day < 365 && random.NextDouble() > dropout);
        }

        return [.. rows];
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
