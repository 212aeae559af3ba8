using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Personalization.Silo.Commands.Evaluate;
using Personalization.Silo.Commands.Tables;
using Personalization.Silo.Hosting;

namespace Personalization.Silo.Tests.Evaluate;

public sealed class EvaluateCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Json_is_one_object_with_models_in_order_and_null_for_what_is_not_a_number()
    {
        var (code, output, _) = Run(new Sums(), "sums", "--data", _folder.Write("a.csv", "name,value\na,1\nb,2\n"), "--json");

        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        var root = json.RootElement;
        Assert.Equal("sums", root.GetProperty("task").GetString());
        Assert.Equal(2, root.GetProperty("rows").GetInt64());
        Assert.Equal("sum", root.GetProperty("best").GetString());
        var model = root.GetProperty("models")[0];
        Assert.Equal("sum", model.GetProperty("name").GetString());
        Assert.Equal(3, model.GetProperty("metrics").GetProperty("total").GetDouble());
        Assert.Equal(JsonValueKind.Null, model.GetProperty("metrics").GetProperty("undefined").ValueKind);
        Assert.Equal(0.5, model.GetProperty("parameters").GetProperty("rate").GetDouble());
    }

    [Fact]
    public void Table_shows_every_model_and_bad_rows_are_told_by_number_apart_from_it()
    {
        var (code, output, error) = Run(new Sums(), "sums", "--data", _folder.Write("a.csv", "name,value\na,1\nb,two\nc,3\n"));

        Assert.Equal(0, code);
        Assert.Contains("sums: 2 rows, 1 left out", output, StringComparison.Ordinal);
        Assert.Contains("total", output, StringComparison.Ordinal);
        Assert.Contains("best: sum", output, StringComparison.Ordinal);
        Assert.Contains("a.csv row 3: 'two' is not a number; left out", error, StringComparison.Ordinal);
        Assert.DoesNotContain("row 3", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_bad_rows_are_counted_and_not_told_one_by_one()
    {
        var rows = string.Concat(Enumerable.Range(0, 1500).Select(i => i % 100 == 7 ? "x,bad\n" : "a,1\n"));
        var (code, _, error) = Run(new Sums(), "sums", "--data", _folder.Write("a.csv", "name,value\n" + rows));

        Assert.Equal(0, code);
        Assert.Equal(EvaluationRun.MaximumRowsTold, error.Split('\n').Count(line => line.Contains("left out", StringComparison.Ordinal) && line.Contains(" row ", StringComparison.Ordinal)));
        Assert.Contains("5 more rows left out, 15 in all", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 5, "3 of the 5 rows")]
    [InlineData(11, 100, "11 of the 100 rows")]
    [InlineData(200, 2_000, "200 of the 2000 rows")]
    [InlineData(5_000, 5_000, "101 of the first 101 rows")]
    public void More_than_a_few_bad_rows_end_the_run(int bad, int rows, string message)
    {
        var table = string.Concat(Enumerable.Range(0, rows).Select(i => (i + 1) * bad / rows > i * bad / rows ? "x,bad\n" : "a,1\n"));
        var (code, output, error) = Run(new Sums(), "sums", "--data", _folder.Write("a.csv", "name,value\n" + table));
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Contains("--bad-rows", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Report_is_one_file_that_refers_to_nothing_else()
    {
        var report = Path.Combine(_folder.Path, "report.html");
        var (code, _, _) = Run(new Sums(), "sums", "--data", _folder.Write("a.csv", "name,value\na,1\n"), "--report", report);

        Assert.Equal(0, code);
        var html = File.ReadAllText(report);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.Contains("&lt;curve&gt;", html, StringComparison.Ordinal);
        // The only address is the name of the SVG namespace, which nothing fetches.
        Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("NaN", html, StringComparison.Ordinal);
        foreach (var said in (string[])["a.csv: 1 rows.", $"Personalization {StartBanner.Version}", "<code>sums --data ", "sum is best", "<div class=\"wide\"><table>"])
            Assert.Contains(said, html, StringComparison.Ordinal);
        Assert.Matches(@"1 rows\. \d{4}-\d\d-\d\d \d\d:\d\d UTC", html);
    }

    [Fact]
    public void A_report_is_put_where_the_user_stands_and_an_unusable_place_is_a_sentence()
    {
        var data = _folder.Write("a.csv", "name,value\na,1\n");
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(_folder.Path, "here.html"));
        Assert.Equal(0, Run(new Sums(), "sums", "--data", Path.GetRelativePath(Environment.CurrentDirectory, data), "--report", relative).Code);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "here.html")));
        var (code, _, error) = Run(new Sums(), "sums", "--data", data, "--report", Path.Combine(_folder.Path, "no", "where.html"));
        Assert.Equal(1, code);
        Assert.Contains("where.html", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Progress_is_told_each_second_and_lines_stand_above_it()
    {
        var time = new FakeTimeProvider();
        using var error = new StringWriter();
        using (var run = new EvaluationRun(error, showProgress: true, time))
        {
            run.Progress("fitting");
            time.Advance(TimeSpan.FromSeconds(1));
            time.Advance(TimeSpan.FromSeconds(1));
            using var table = run.OpenTable(_folder.Write("a.csv", "name,value\na,1\n"), ColumnChoices.None, new CsvColumn("name"), new CsvColumn("value"));
        }

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(
            ["fitting … 0 s", "fitting … 1 s", "fitting … 2 s", "a.csv: name = 'name', value = 'value'", "fitting … 2 s"],
            error.ToString().Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Data_that_cannot_be_evaluated_end_with_a_message_and_code_1()
    {
        var (code, output, error) = Run(new Sums(), "sums", "--data", Path.Combine(_folder.Path, "nowhere.csv"), "--json");
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("nowhere.csv", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_evaluation_that_is_offered_has_a_name_of_its_own_and_a_description()
    {
        var command = EvaluateCommand.Create();
        Assert.Equal("evaluate", command.Name);
        Assert.Equal(command.Subcommands.Count, command.Subcommands.Select(sub => sub.Name).Distinct().Count());
        Assert.All(command.Subcommands, sub => Assert.NotEmpty(sub.Description!));
    }

    public void Dispose() => _folder.Dispose();

    internal static (int Code, string Output, string Error) Run(IEvaluation evaluation, params string[] arguments)
    {
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = new StringWriter() };
        var code = EvaluateCommand.Create([evaluation]).Parse(arguments).Invoke(configuration);
        return (code, configuration.Output.ToString()!, configuration.Error.ToString()!);
    }

    /// <summary>Adds up a column: the smallest evaluation that reads, refuses rows, and plots.</summary>
    private sealed class Sums : IEvaluation
    {
        private readonly Option<string> _data = new("--data") { Required = true };

        public string Name => "sums";

        public string Description => "Adds up.";

        public IReadOnlyList<Option> Options => [_data];

        public EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation)
        {
            using var table = run.OpenTable(arguments.GetValue(_data)!, ColumnChoices.None, new CsvColumn("name"), new CsvColumn("value"));
            double total = 0;
            long rows = 0;
            while (table.Read())
            {
                if (table.TryNumber(1, out var value))
                {
                    total += value;
                    rows++;
                }
                else
                {
                    run.RejectRow(table, $"'{table.Text(1)}' is not a number");
                }
            }

            var model = new EvaluatedModel(
                "sum", [EvaluatedModel.Figure("rate", 0.5)], [EvaluatedModel.Figure("total", total), EvaluatedModel.Figure("undefined", double.NaN)]);
            return new EvaluationResult(Name, rows, [model], "sum")
            {
                Plots = [new Plot("Sums", "x", "y", [new Curve("<curve>", [(0, 0), (1, total), (2, double.NaN)], CurveStyle.LineAndDots)]) { Diagonal = true, Marker = 0.5 }],
            };
        }
    }
}
