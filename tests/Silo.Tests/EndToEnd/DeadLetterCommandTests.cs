using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>A dead letter from its making to its end, over HTTP and the command line of a real process.</summary>
[Collection(Engines.Collection)]
public sealed class DeadLetterCommandTests
{
    [Fact]
    public async Task A_dead_letter_is_listed_shown_driven_again_when_its_cause_is_gone_and_given_up()
    {
        await using var engine = await EngineProcess.Start();
        await Patch(engine, "ann", Enumerable.Range(0, 40).ToDictionary(i => $"a{i}", i => (int?)i));
        await Patch(engine, "ann", Enumerable.Range(0, 40).ToDictionary(i => $"b{i}", i => (int?)i));
        await Totals.Drained(engine);

        var letter = Assert.Single(await Letters(engine));
        var place = Place(letter);
        Assert.Equal(("ann", "open", "traits", "a customer has at most 64 traits"), (Text(letter, "customerId"), Text(letter, "state"), Text(letter, "kind"), Text(letter, "reason")));
        var shown = await Log(engine, ["show", .. place]);
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("\"b39\"", shown.Output, StringComparison.Ordinal);

        // Nothing has changed: it is rejected again, as a letter of its own.
        var again = await Log(engine, ["redrive", .. place]);
        Assert.StartsWith("appended again at position ", again.LastLine, StringComparison.Ordinal);
        await Totals.Drained(engine);
        letter = Assert.Single(await Letters(engine));
        Assert.NotEqual(place, Place(letter));
        Assert.Equal(("redrive", "a customer has at most 64 traits"), (Text(letter, "kind"), Text(letter, "reason")));

        // Now there is room.
        await Patch(engine, "ann", Enumerable.Range(0, 40).ToDictionary(i => $"a{i}", _ => (int?)null));
        Assert.Equal(0, (await Log(engine, ["redrive", .. Place(letter)])).ExitCode);
        await Totals.Drained(engine);
        Assert.Empty(await Letters(engine));
        var profile = await engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/ann");
        Assert.Equal(40, profile.GetProperty("traits").EnumerateObject().Count());
        Assert.Equal(39, profile.GetProperty("traits").GetProperty("b39").GetInt32());

        await Patch(engine, "ann", Enumerable.Range(0, 40).ToDictionary(i => $"c{i}", i => (int?)i));
        await Totals.Drained(engine);
        place = Place(Assert.Single(await Letters(engine)));
        Assert.Equal((0, "discarded"), ((await Log(engine, ["discard", .. place])) is var gone ? (gone.ExitCode, gone.LastLine) : default));
        var twice = await Log(engine, ["discard", .. place]);
        Assert.Equal((1, $"There is no open dead letter in partition {place[0]} at position {place[1]}."), (twice.ExitCode, twice.Error.Trim()));
        Assert.Equal(HttpStatusCode.NotFound, (await engine.Http.GetAsync($"v1/admin/log/dead-letters/{place[0]}/{place[1]}")).StatusCode);
    }

    [Fact]
    public async Task Other_fold_settings_fold_every_profile_anew_when_it_is_read_and_lose_and_repeat_nothing()
    {
        await using var engine = await EngineProcess.Start("--Personalization:Clock=Event");
        for (var i = 0; i < 12; i++)
        {
            var at = DateTime.UnixEpoch.AddDays(20_000).AddMinutes(20 * i);
            (await engine.Http.PostAsJsonAsync("v1/events", new { eventId = $"e{i}", type = "productViewed", customerId = "ann", itemId = $"i{i}", timestamp = at })).EnsureSuccessStatusCode();
        }

        var before = await Totals.Drained(engine);
        Assert.Equal(1, (await Profile(engine)).GetProperty("session").GetProperty("ordinal").GetInt64());
        Assert.Equal(0, await engine.Stop());

        await engine.RestartWith("--Personalization:Clock=Event", "--Personalization:Fold:SessionGap=00:10:00", "--Personalization:Fold:RecentItems=5");
        var profile = await Profile(engine);
        Assert.Equal(12, profile.GetProperty("session").GetProperty("ordinal").GetInt64());
        Assert.Equal(5, profile.GetProperty("recentItems").GetArrayLength());
        Assert.Equal("e11", profile.GetProperty("recentItems")[0].GetProperty("eventId").GetString());
        Assert.Equal(12, profile.GetProperty("totals").GetProperty("events").GetInt64());

        // Killed before anything of it was saved, and repeated: it still counts once.
        await engine.Kill();
        await engine.RestartWith("--Personalization:Clock=Event", "--Personalization:Fold:SessionGap=00:10:00", "--Personalization:Fold:RecentItems=5");
        (await engine.Http.PostAsJsonAsync("v1/events", new { eventId = "e11", type = "productViewed", customerId = "ann", itemId = "i11", timestamp = DateTime.UnixEpoch.AddDays(20_000).AddMinutes(220) })).EnsureSuccessStatusCode();
        (await engine.Http.PostAsJsonAsync("v1/events", new { eventId = "e12", type = "productViewed", customerId = "ann", itemId = "i12", timestamp = DateTime.UnixEpoch.AddDays(20_000).AddMinutes(240) })).EnsureSuccessStatusCode();
        var after = await Totals.Drained(engine);
        Assert.Equal(before with { Events = before.Events + 1, Views = before.Views + 1 }, after);
        Assert.Equal(13, (await Profile(engine)).GetProperty("session").GetProperty("ordinal").GetInt64());
        Assert.Equal(0, await engine.Stop());

        var verify = await CommandRun.Engine(Patience.Limit, "verify", $"--Personalization:DataDirectory={engine.DataDirectory}", "--Personalization:Fold:SessionGap=00:10:00", "--Personalization:Fold:RecentItems=5");
        Assert.Equal((0, "verified 1 customers, 0 differences, 0 not verifiable"), (verify.ExitCode, verify.LastLine));
        var other = await CommandRun.Engine(Patience.Limit, "verify", $"--Personalization:DataDirectory={engine.DataDirectory}");
        Assert.Equal(2, other.ExitCode);
        Assert.Contains("are not those that the engine last ran with", other.Error, StringComparison.Ordinal);
    }

    private static async Task Patch(EngineProcess engine, string customer, Dictionary<string, int?> traits) =>
        (await engine.Http.PatchAsJsonAsync($"v1/customers/{customer}/traits", traits)).EnsureSuccessStatusCode();

    private static Task<JsonElement> Profile(EngineProcess engine) => engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/ann");

    private static Task<CommandRun> Log(EngineProcess engine, string[] command) => CommandRun.Engine(Patience.Limit, ["log", "dead-letters", .. command, "--url", engine.Url]);

    private static async Task<List<JsonElement>> Letters(EngineProcess engine) => [.. JsonElement.Parse((await Log(engine, ["list", "--json"])).Output).EnumerateArray()];

    private static string[] Place(JsonElement letter) =>
        [letter.GetProperty("partition").GetInt32().ToString(CultureInfo.InvariantCulture), letter.GetProperty("position").GetInt64().ToString(CultureInfo.InvariantCulture)];

    private static string? Text(JsonElement letter, string member) => letter.GetProperty(member).GetString();
}
