using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Personalization.Silo.Commands.Evaluate;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Evaluate;

public sealed class SessionsEvaluationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void The_serenade_example_is_evaluated_as_it_is_published_tabs_and_gzip_included()
    {
        var report = Path.Combine(_folder.Path, "report.html");
        var (code, output, _) = Run(
            "--train", RealData.File("serenade_example", "train.txt.gz"), "--test", RealData.File("serenade_example", "test.txt"), "--json", "--report", report);
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(("sessions", 114_834), (json.RootElement.GetProperty("task").GetString(), json.RootElement.GetProperty("rows").GetInt32()));
        Assert.Equal("mix", json.RootElement.GetProperty("best").GetString());
        Assert.Equal(["VMIS-kNN", "sequential rules", "co-visitation", "trending", "mix"], Names(json));
        Assert.InRange(Metric(json, "VMIS-kNN", "HR@20"), .64, .68);
        Assert.InRange(Metric(json, "VMIS-kNN", "MRR@20"), .32, .35);
        Assert.True(Metric(json, "mix", "MRR@20") > Metric(json, "VMIS-kNN", "MRR@20"));
        Assert.Contains("HR@20 by prefix length", File.ReadAllText(report), StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_is_chosen_on_training_so_other_test_files_do_not_change_it_and_bad_rows_are_told()
    {
        var train = _folder.Write("train.csv", Sessions(0, 60) + "x,,5\n,a,5\ns,a,noon\n");
        var (code, output, error) = Run("--train", train, "--test", _folder.Write("test.csv", Sessions(60, 70)), "--json");
        var (_, other, _) = Run("--train", train, "--test", _folder.Write("other.csv", "session_id,item_id,timestamp\nz,unknown,1700009000\nz,item-1,1700009001\n"), "--json");
        Assert.Equal(0, code);
        using JsonDocument first = JsonDocument.Parse(output), second = JsonDocument.Parse(other);
        Assert.Equal(first.RootElement.GetProperty("best").GetString(), second.RootElement.GetProperty("best").GetString());
        Assert.Equal(1, Metric(first, "VMIS-kNN", "HR@20"));
        // No item follows itself in training, so the current one is left out unless asked for.
        Assert.Equal(1, Metric(first, "sequential rules", "MRR@20"));
        Assert.True(Metric(first, "VMIS-kNN", "MRR@20RepeatsAllowed") < 1);
        Assert.Contains("no item; left out", error, StringComparison.Ordinal);
        Assert.Contains("no session; left out", error, StringComparison.Ordinal);
        Assert.Contains("'noon' is not a time; left out", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_longer_shortest_prefix_leaves_fewer_cases_and_a_table_is_the_default()
    {
        var train = _folder.Write("train.csv", Sessions(0, 60));
        var test = _folder.Write("test.csv", Sessions(60, 70));
        var (code, all, _) = Run("--train", train, "--test", test);
        var (_, longer, _) = Run("--train", train, "--test", test, "--min-prefix", "2");
        Assert.Equal(0, code);
        Assert.Contains("20 cases", all, StringComparison.Ordinal);
        Assert.Contains("10 cases", longer, StringComparison.Ordinal);
        Assert.Contains("the test had no say", all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--min-prefix", "0", "must be 1 or more")]
    [InlineData("--min-prefix", "3", "no next item to predict")]
    [InlineData("--repeats", "never", "is none of")]
    public void Options_that_leave_nothing_to_evaluate_are_explained(string option, string value, string message)
    {
        var (code, output, error) = Run("--train", _folder.Write("train.csv", Sessions(0, 60)), "--test", _folder.Write("test.csv", Sessions(60, 70)), option, value);
        Assert.Equal((1, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_sessions_are_explained()
    {
        var file = _folder.Write("train.csv", Sessions(0, 5));
        var (code, _, error) = Run("--train", file, "--test", file);
        Assert.Equal(1, code);
        Assert.Contains("ten are needed", error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Sessions item-g, item-(g+1), item-(g+2) for g = 0, 3, 6, in turn, a minute apart.</summary>
    private static string Sessions(int from, int to)
    {
        var csv = new StringBuilder("session_id,item_id,timestamp\n");
        for (var s = from; s < to; s++)
        {
            for (var i = 0; i < 3; i++) csv.Append(CultureInfo.InvariantCulture, $"s{s},item-{(s % 3 * 3) + i},{1_700_000_000 + (s * 60) + i}\n");
        }

        return csv.ToString();
    }

    private static IEnumerable<string?> Names(JsonDocument json) => json.RootElement.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString());

    private static double Metric(JsonDocument json, string model, string metric) =>
        json.RootElement.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == model).GetProperty("metrics").GetProperty(metric).GetDouble();

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = EvaluateCommand.Create().Parse(["sessions", .. arguments]).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
