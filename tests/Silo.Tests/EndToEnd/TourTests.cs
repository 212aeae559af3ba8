using System.Text.Json;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>The README's tour does what it says.</summary>
[Collection(Engines.Collection)]
public sealed class TourTests
{
    private const string Marker = "<!-- tour: a test executes every line -->";
    private const string Address = "http://localhost:8080";

    [Fact]
    public async Task Every_line_of_the_tour_in_the_readme_succeeds_and_shows_its_effect()
    {
        var lines = Lines();
        Assert.True(lines.Count >= 5, "the README has no tour");
        if (!await HasCurl()) Assert.Skip("there is no curl, which the tour is written for");

        await using var engine = await EngineProcess.Start();
        var answers = new List<(string Line, JsonElement Answer)>();
        foreach (var line in lines)
        {
            Assert.Contains(Address, line, StringComparison.Ordinal);
            // As written, but for the address; an error status is an exit code here.
            var run = await CommandRun.Run("bash", Patience.Limit, "-c", "curl() { command curl --fail-with-body \"$@\"; }\n" + line.Replace(Address, engine.Url, StringComparison.Ordinal));
            Assert.True(run.ExitCode == 0, $"{line}\n{run.Output}\n{run.Error}\n{engine.Output}");
            if (run.Output.Length > 0) answers.Add((line, JsonElement.Parse(run.Output)));
        }

        var ann = Answer(answers, "/v1/customers/ann?after=");
        Assert.True(ann.GetProperty("afterFound").GetBoolean());
        Assert.Equal(1, ann.GetProperty("totals").GetProperty("purchases").GetInt64());
        var recommended = Answer(answers, "/recommendations").GetProperty("items")[0];
        Assert.Equal("shoe-2", recommended.GetProperty("itemId").GetString());
        var reason = recommended.GetProperty("reasons")[0];
        Assert.Equal(("similarItem", "shoe-1"), (reason.GetProperty("kind").GetString(), reason.GetProperty("itemId").GetString()));
        // Both are accepted in one request, so they may share a millisecond.
        Assert.Contains(reason.GetProperty("eventId").GetString(), new[] { "e2", "e3" });
        Assert.True(Answer(answers, "/reward").GetProperty("applied").GetBoolean());
        Assert.Equal("purchases", Answer(answers, "/churn").GetProperty("basis").GetString());
        var totals = Answer(answers, "/v1/admin/totals");
        Assert.Equal((2, 4, 1, 59.90m), (
            totals.GetProperty("customers").GetInt32(), totals.GetProperty("events").GetInt32(), totals.GetProperty("purchases").GetInt32(), totals.GetProperty("revenue").GetDecimal()));
        Assert.Equal(1, Answer(answers, "anon:visitor-7").GetProperty("totals").GetProperty("events").GetInt64());
        Assert.Equal("healthy", Answer(answers, "/health/ready").GetProperty("status").GetString());
    }

    private static JsonElement Answer(List<(string Line, JsonElement Answer)> answers, string part) =>
        answers.First(answer => answer.Line.Contains(part, StringComparison.Ordinal)).Answer;

    private static List<string> Lines()
    {
        var readme = File.ReadAllLines(Path.Combine(BuiltEngine.Root, "README.md"));
        return [.. readme
            .SkipWhile(line => line.Trim() != Marker).SkipWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("```", StringComparison.Ordinal)).Where(line => line.Length > 0 && !line.StartsWith('#'))];
    }

    private static async Task<bool> HasCurl()
    {
        try
        {
            return (await CommandRun.Run("bash", Patience.Limit, "-c", "command -v curl")).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
