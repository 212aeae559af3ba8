using System.Globalization;
using System.Text;
using System.Text.Json;
using Personalization.Silo.Commands.Evaluate.Learning;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Evaluate.Learning;

public sealed class ClassificationEvaluationTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("telco_churn", "Telco-Customer-Churn.csv.gz", "Churn", "customerID", 7_043, 0.8447, 0.003)]
    [InlineData("online_shoppers", "online_shoppers_intention.csv.gz", "Revenue", null, 12_330, 0.8952, 0.004)]
    public void The_reference_sets_reach_the_published_AUC(string folder, string file, string label, string? exclude, int rows, double auc, double margin)
    {
        string[] arguments = ["classification", "--data", RealData.File(folder, file), "--label", label, "--json", .. exclude is null ? (string[])[] : ["--exclude", exclude]];
        var (code, text, error) = EvaluateCommandTests.Run(new ClassificationEvaluation(), arguments);
        Assert.Equal(0, code);
        Assert.Single(error.Trim().Split('\n')); // which column is which, and nothing of refused rows
        using var json = JsonDocument.Parse(text);
        output.WriteLine(text);
        Assert.Equal(rows, json.RootElement.GetProperty("rows").GetInt32());
        Assert.True(Metric(json, "logistic", "AUC") >= auc - margin);
        Assert.True(Metric(json, "logistic, isotonic", "CalibrationError") < 0.015);
        Assert.True(Metric(json, "logistic", "F1") > 0.4);
    }

    [Fact]
    public void Bad_rows_are_told_by_number_and_the_rest_is_evaluated()
    {
        var (code, text, error) = Run(Rows(400).Insert(0, "age,plan,label\n30,gold\n40,gold,\n"), "--label", "label", "--json");
        Assert.Equal(0, code);
        Assert.Contains("row 2: 2 fields where the header has 3", error, StringComparison.Ordinal);
        Assert.Contains("row 3: no label", error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(400, json.RootElement.GetProperty("rows").GetInt32());
        Assert.Equal("classification", json.RootElement.GetProperty("task").GetString());
        Assert.Contains(json.RootElement.GetProperty("best").GetString(), json.RootElement.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()));
        Assert.True(Metric(json, "logistic", "AUC") > 0.75);
    }

    [Fact]
    public void The_same_file_gives_the_same_bytes()
    {
        var table = "age,plan,label\n" + Rows(300);
        Assert.Equal(Run(table, "--label", "label", "--json").Output, Run(table, "--label", "label", "--json").Output);
    }

    [Fact]
    public void Missing_values_unseen_categories_and_infinite_numbers_are_no_obstacle()
    {
        var rows = new StringBuilder("age,plan,label\n,rare1,yes\ninf,rare2,no\n1e308,rare3,no\nNaN,,yes\n").Append(Rows(300));
        var (code, text, _) = Run(rows.ToString(), "--label", "label", "--json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(304, json.RootElement.GetProperty("rows").GetInt32());
        foreach (var model in json.RootElement.GetProperty("models").EnumerateArray())
            Assert.All(model.GetProperty("metrics").EnumerateObject(), metric => Assert.Equal(JsonValueKind.Number, metric.Value.ValueKind));
    }

    [Fact]
    public void A_label_with_one_value_or_three_or_none_is_refused_with_its_reason()
    {
        Assert.Contains("one value only", Refusal("a,label\n1,x\n2,x\n", "--label", "label"), StringComparison.Ordinal);
        Assert.Contains("more than two values", Refusal("a,label\n1,x\n2,y\n3,z\n", "--label", "label"), StringComparison.Ordinal);
        Assert.Contains("no column 'nothing'", Refusal("a,label\n1,x\n2,y\n", "--label", "nothing"), StringComparison.Ordinal);
        Assert.Contains("too few", Refusal("a,label\n1,x\n2,y\n3,y\n", "--label", "label"), StringComparison.Ordinal);
        Assert.Contains("no column left", Refusal("a,label\n1,x\n2,y\n", "--label", "label", "--exclude", "a"), StringComparison.Ordinal);
        Assert.Contains("no value 'maybe'", Refusal("age,plan,label\n" + Rows(50), "--label", "label", "--positive", "maybe"), StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_that_are_the_same_but_for_case_or_decimals_are_one()
    {
        var table = "age,plan,label\n" + Rows(300);
        var expected = Run(table.Replace("yes", "1", StringComparison.Ordinal).Replace("no", "0", StringComparison.Ordinal), "--label", "label", "--json").Output;
        foreach (var (yes, no) in ((string, string)[])[("1.0", "0"), ("1", "0.0")])
            Assert.Equal(expected, Run(table.Replace("yes", yes, StringComparison.Ordinal).Replace("no", no, StringComparison.Ordinal), "--label", "label", "--json").Output);
        var words = table.Split('\n').Select((row, i) => i % 2 == 0 ? row : row.Replace("yes", "YES", StringComparison.Ordinal).Replace("no", "No", StringComparison.Ordinal));
        Assert.Equal(Run(table, "--label", "label", "--json").Output, Run(string.Join('\n', words), "--label", "label", "--json").Output);
    }

    [Fact]
    public void Words_for_nothing_are_missing_numbers_and_no_labels()
    {
        var rows = Rows(300).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string Table(string nothing) => "age,plan,label\n" + string.Concat(rows.Select((row, i) => (i % 5 == 0 ? nothing + row[row.IndexOf(',', StringComparison.Ordinal)..] : row) + "\n"));
        var blank = Run(Table(""), "--label", "label", "--json").Output;
        foreach (var word in (string[])["NaN", "N/A", "null", "None"]) Assert.Equal(blank, Run(Table(word), "--label", "label", "--json").Output);
        Assert.Contains("60 infinite values were taken as missing", Run(Table("-Infinity"), "--label", "label").Output, StringComparison.Ordinal);

        var unlabelled = "age,plan,label\n" + string.Concat(rows.Select((row, i) => (i % 5 == 0 ? row[..(row.LastIndexOf(',') + 1)] + "NaN" : row) + "\n"));
        var (code, _, error) = Run(unlabelled, "--label", "label");
        Assert.Equal(1, code);
        Assert.Contains("row 2: 'NaN' is no label", error, StringComparison.Ordinal);
        Assert.Equal(0, Run(unlabelled, "--label", "label", "--bad-rows", "0.2").Code);
    }

    [Fact]
    public void Two_columns_of_one_name_end_the_run() =>
        Assert.Contains("2 columns named 'age'", Refusal("age,age,label\n1,2,yes\n1,2,no\n", "--label", "label"), StringComparison.Ordinal);

    [Fact]
    public void Columns_that_name_their_rows_are_left_out_and_named()
    {
        var rows = string.Concat(Rows(100).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((row, i) => $"id-{i},{row}\n"));
        Assert.Contains("name rows: customer", Run("customer,age,plan,label\n" + rows, "--label", "label").Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Rows(int count)
    {
        var random = new Personalization.Algorithms.Numerics.Xoshiro256(4);
        var rows = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var (age, gold) = (20 + random.NextInt32(50), random.NextInt32(2) == 1);
            var yes = random.NextDouble() < 1 / (1 + Math.Exp(-((age - 45) / 10.0 + (gold ? 1 : -1))));
            rows.Append(CultureInfo.InvariantCulture, $"{age},{(gold ? "gold" : "basic")},{(yes ? "yes" : "no")}\n");
        }

        return rows.ToString();
    }

    private string Refusal(string table, params string[] options)
    {
        var (code, text, error) = Run(table, options);
        Assert.Equal((1, ""), (code, text));
        return error;
    }

    private (int Code, string Output, string Error) Run(string table, params string[] options) =>
        EvaluateCommandTests.Run(new ClassificationEvaluation(), ["classification", "--data", _folder.Write("table.csv", table), .. options]);

    private static double Metric(JsonDocument json, string model, string metric) => json.RootElement.GetProperty("models").EnumerateArray()
        .Single(m => m.GetProperty("name").GetString() == model).GetProperty("metrics").GetProperty(metric).GetDouble();
}
