using System.Text.Json;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.Decisions;

/// <summary>Next best action on a real engine over HTTP: honest propensities, what it learns, and what it never does.</summary>
[Collection(Engines.Collection)]
public sealed class NextBestActionTests
{
    private static readonly string[] Fast = ["--Personalization:Owner:CommitInterval=00:00:00.1"];

    /// <summary>Inverse propensity weights sum to one for each action exactly if what is told is what was drawn from.</summary>
    [Fact]
    public async Task Told_propensities_are_those_that_were_drawn_from()
    {
        string[] ids = ["a", "b", "c", "d", "e"];
        await using var engine = await EngineProcess.Start(Fast);
        await Shop.PutActions(engine, [.. ids.Select(actionId => new { actionId })]);
        await Shop.Each(0, 2_000, async i =>
        {
            var answer = await Shop.Decide(engine, $"teacher-{i}", new { slot = "home" });
            var chosen = Assert.Single(answer.GetProperty("actions").EnumerateArray()).GetProperty("actionId").GetString();
            return await Shop.Reward(engine, answer.GetProperty("decisionId").GetString()!, new { value = chosen == "c" ? 1 : 0 });
        });
        await Shop.Learned(engine, "home", ids.Length, 2_000);
        await engine.Stop();
        await engine.RestartWith([.. Fast, "--Personalization:Learning=Frozen"]);

        var drawn = await Shop.Each(0, 5_000, async i =>
        {
            var answer = await Shop.Decide(engine, $"fresh-{i}", new { slot = "home" });
            Assert.True(answer.GetProperty("explored").GetBoolean());
            var chosen = Assert.Single(answer.GetProperty("actions").EnumerateArray());
            return (Action: chosen.GetProperty("actionId").GetString()!, Propensity: chosen.GetProperty("propensity").GetDouble(), Version: answer.GetProperty("modelVersion").GetInt64());
        });
        Assert.Single(drawn.Select(draw => draw.Version).Distinct());
        foreach (var id in ids)
        {
            var weights = drawn.ConvertAll(draw => draw.Action == id ? 1 / draw.Propensity : 0);
            var mean = weights.Average();
            var error = Math.Sqrt(weights.Sum(weight => (weight - mean) * (weight - mean)) / weights.Count / (weights.Count - 1));
            Assert.True(Math.Abs(mean - 1) <= 4 * error, $"{id}: {mean} ± {error}");
        }

        Assert.True(drawn.Count(draw => draw.Action == "c") > 4_000, $"the favourite was drawn {drawn.Count(draw => draw.Action == "c")} times");
        Assert.Equal(2_000, (await Shop.Experience(engine, "home", ids.Length)).Resolved);
    }

    [Fact]
    public async Task The_right_action_for_each_device_is_learned_repeats_count_once_and_a_kill_forgets_nothing()
    {
        await using var engine = await EngineProcess.Start(Fast);
        await Shop.PutActions(engine, new { actionId = "app" }, new { actionId = "big-picture" }, new { actionId = "plain" }, new { actionId = "other" });
        var rewarded = await Shop.Each(0, 3_000, async i =>
        {
            var (expected, decisionId) = await Ask(engine, i);
            // The same world for every choice: whether it is accepted is fixed by the customer and the probability.
            var value = new Random(i).NextDouble() < expected ? 1 : 0;
            for (var repeat = 0; repeat < 5; repeat++) await Shop.Reward(engine, decisionId, new { value });
            return expected;
        }, atOnce: 8);
        Assert.True(rewarded[2_000..].Average() >= .25, $"the last thousand expect {rewarded[2_000..].Average()}");
        await Shop.Learned(engine, "home", 4, 3_000);
        Assert.Equal((3_000, 3_000), await Shop.Experience(engine, "home", 4));

        await engine.Kill();
        await engine.Restart();
        await Shop.Learned(engine, "home", 4, 3_000);
        Assert.Equal((3_000, 3_000), await Shop.Experience(engine, "home", 4));
        var after = await Shop.Each(10_000, 300, async i => (await Ask(engine, i)).Expected);
        Assert.True(after.Average() >= .25, $"after the kill they expect {after.Average()}");
    }

    [Fact]
    public async Task Sixty_four_calls_at_once_get_what_is_capped_at_one_once_and_a_retry_gets_the_same()
    {
        await using var engine = await EngineProcess.Start();
        await Shop.PutActions(engine, new { actionId = "once", value = 1000, caps = new[] { new { per = "action", limit = 1, days = 7 } } }, new { actionId = "always" });
        var answers = await Shop.Each(0, 64, i => Shop.Decide(engine, "ann", new { slot = "home" }, key: $"k{i}"), atOnce: 64);
        Assert.Single(answers, answer => Chosen(answer) == "once");
        Assert.Equal(64, answers.Select(answer => answer.GetProperty("decisionId").GetString()).Distinct().Count());
        await engine.Kill();
        await engine.Restart();
        var retries = await Shop.Each(0, 64, i => Shop.Decide(engine, "ann", new { slot = "home" }, key: $"k{i}"));
        for (var i = 0; i < retries.Count; i++)
        {
            // At most 64 decisions are open; of all those the retry is answered as the first time.
            Assert.True(retries[i].GetProperty("repeat").GetBoolean());
            Assert.Equal(answers[i].GetProperty("decisionId").GetString(), retries[i].GetProperty("decisionId").GetString());
            Assert.Equal(answers[i].GetProperty("actions").GetRawText(), retries[i].GetProperty("actions").GetRawText());
        }

        Assert.Equal("always", Chosen(await Shop.Decide(engine, "ann", new { slot = "home" })));
    }

    private static async Task<(double Expected, string DecisionId)> Ask(EngineProcess engine, int i)
    {
        var device = i % 2 == 0 ? "phone" : "desktop";
        var answer = await Shop.Decide(engine, $"customer-{i}", new { slot = "home", context = new { device } });
        return (Probability(Chosen(answer), device), answer.GetProperty("decisionId").GetString()!);
    }

    private static double Probability(string action, string device) => (action, device) switch
    {
        ("app", "phone") or ("big-picture", "desktop") => .30,
        ("app", _) or ("big-picture", _) => .05,
        _ => .10,
    };

    private static string Chosen(JsonElement answer) => Assert.Single(answer.GetProperty("actions").EnumerateArray()).GetProperty("actionId").GetString()!;
}
