using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.Churn;

/// <summary>Churn scores of a real engine over HTTP.</summary>
[Collection(Engines.Collection)]
public sealed class ChurnEndToEndTests
{
    private static readonly DateTime Start = new(2025, 1, 1, 10, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task The_worked_examples_are_scored_as_published_and_are_so_after_a_kill()
    {
        // Given in the settings, the parameters stay whatever the population comes to.
        await using var engine = await EngineProcess.Start(
            "--Personalization:Churn:R=.5248", "--Personalization:Churn:Alpha=6.183", "--Personalization:Churn:A=.891", "--Personalization:Churn:B=1.614", "--Personalization:Churn:Threshold=.5");
        const string Order = """
            {"type":"purchase","customerId":"ann","eventId":"p1","orderId":"o1","timestamp":"2025-01-01T10:00:00Z",
             "lines":[{"itemId":"a","value":10},{"itemId":"b","value":10},{"itemId":"c","value":10}]}
            """;
        await Post(engine, [Order, .. Weekly("bob", 40), .. Weekly("cid", 20)]);

        string Question(string customer, int week) => $"v1/customers/{customer}/churn?at={Instant(Start.AddDays(7 * week))}";
        var ann = await engine.Http.GetFromJsonAsync<JsonElement>(Question("ann", 40) + "&after=p1");
        Assert.True(ann.GetProperty("caughtUp").GetBoolean());
        Assert.True(ann.GetProperty("afterFound").GetBoolean());
        Assert.Equal("purchases", ann.GetProperty("basis").GetString());
        Assert.Equal(.38671, ann.GetProperty("probabilityAlive").GetDouble(), 1e-5);
        Assert.Equal("p1", ann.GetProperty("reasons")[0].GetProperty("eventId").GetString());
        var parameters = ann.GetProperty("parameters");
        Assert.Equal(("settings", 0, 6.183), (parameters.GetProperty("source").GetString(), parameters.GetProperty("version").GetInt32(), parameters.GetProperty("alpha").GetDouble()));

        var crossing = ann.GetProperty("crossesThresholdAt");
        Assert.Equal(12.998, (crossing.GetDateTime() - Start).TotalDays / 7, 5e-4);
        var there = await engine.Http.GetFromJsonAsync<JsonElement>($"v1/customers/ann/churn?at={crossing.GetString()}");
        Assert.Equal(.5, there.GetProperty("probabilityAlive").GetDouble(), 1e-9);

        var bob = await engine.Http.GetFromJsonAsync<JsonElement>(Question("bob", 41) + "&after=bob-40");
        Assert.Equal(.95147, bob.GetProperty("probabilityAlive").GetDouble(), 1e-5);
        var cid = await engine.Http.GetFromJsonAsync<JsonElement>(Question("cid", 40) + "&after=cid-20");
        Assert.Equal(.00021, cid.GetProperty("probabilityAlive").GetDouble(), 1e-5);

        await engine.Kill();
        await engine.Restart();
        foreach (var (before, question) in ((JsonElement, string)[])[(ann, Question("ann", 40) + "&after=p1"), (bob, Question("bob", 41) + "&after=bob-40"), (cid, Question("cid", 40) + "&after=cid-20")])
            Assert.Equal(before.GetRawText(), (await engine.Http.GetFromJsonAsync<JsonElement>(question)).GetRawText());

        using var past = await engine.Http.GetAsync("v1/customers/ann/churn?at=2024-12-31T10:00:00Z");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, past.StatusCode);
        var nobody = await engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/nobody/churn");
        Assert.Equal("activity", nobody.GetProperty("basis").GetString());
    }

    [Fact]
    public async Task Who_watches_hears_of_the_crossing_when_event_time_comes_to_it_also_after_a_kill()
    {
        await using var engine = await EngineProcess.Start("--Personalization:Clock=Event");
        await Post(engine, Weekly("dan", 0));
        var crossing = (await engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/dan/churn?after=dan-0")).GetProperty("crossesThresholdAt").GetDateTime();
        await engine.Kill();
        await engine.Restart();

        using var timeout = new CancellationTokenSource(Patience.Limit);
        using var live = await engine.Http.GetAsync("v1/customers/dan/live", HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        await using var stream = await live.Content.ReadAsStreamAsync(timeout.Token);
        var told = new List<DateTime>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(timeout.Token))
        {
            if (item.EventType == "profile")
            {
                // Event time waits for the lateness of one hour.
                using var clock = await engine.Http.PostAsJsonAsync("v1/admin/clock", new { at = crossing.AddHours(1) }, timeout.Token);
                Assert.Equal(HttpStatusCode.Accepted, clock.StatusCode);
            }
            else if (item.EventType == "changed")
            {
                using var change = JsonDocument.Parse(item.Data);
                told.AddRange(change.RootElement.GetProperty("events").EnumerateArray()
                    .Where(happened => happened.GetProperty("type").GetString() == "churnCrossed")
                    .Select(happened => happened.GetProperty("timestamp").GetDateTime()));
                if (told.Count > 0) break;
            }
        }

        Assert.Equal(crossing, Assert.Single(told));
        var metrics = await engine.Http.GetStringAsync("metrics", timeout.Token);
        var line = metrics.Split('\n').Single(line => line.StartsWith("personalization_churn_crossed_total", StringComparison.Ordinal));
        Assert.Equal("1", line.Split(' ')[1]);
    }

    [Fact]
    public async Task The_population_is_fitted_and_the_fit_survives_a_kill()
    {
        await using var engine = await EngineProcess.Start("--Personalization:Clock=Event", "--Personalization:Churn:Fit:MinCustomers=500");
        var start = DateOnly.FromDateTime(Start).DayNumber;
        foreach (var batch in new SimulatedBuyers(5) { Money = (5, 4, 30) }.Buy(600, start, 52).OrderBy(purchase => purchase.Day).Select((purchase, index) => Purchase(
            $"s{purchase.Customer}", $"e{index}", Start.AddDays(purchase.Day - start), purchase.Value)).Chunk(500))
            await Post(engine, batch);
        // Fits before now are of what was known so far; a further day makes one of everything.
        await Post(engine, [Purchase("last", "last", Start.AddDays(370), 10)]);

        using var timeout = new CancellationTokenSource(Patience.Limit);
        JsonElement fitted;
        while (true)
        {
            fitted = await Parameters(engine);
            if (IsOfAll(fitted)) break;
            await Task.Delay(50, timeout.Token);
        }

        Assert.True(fitted.GetProperty("version").GetInt32() >= 1);
        Assert.Equal("fitted", fitted.GetProperty("value").GetProperty("source").GetString());
        // 600 customers tell the mean rate of .8/15 a week to about a tenth.
        Assert.InRange(fitted.GetProperty("r").GetDouble() / fitted.GetProperty("alpha").GetDouble(), .8 / 15 * .7, .8 / 15 * 1.3);

        // Stored every two seconds; what a kill comes before is learned again.
        await engine.Kill();
        await engine.Restart();
        while (true)
        {
            var after = await Parameters(engine);
            if (IsOfAll(after))
            {
                Assert.Equal(fitted.GetProperty("r").GetDouble(), after.GetProperty("r").GetDouble(), 1e-6);
                break;
            }

            await Task.Delay(50, timeout.Token);
        }
    }

    private static async Task<JsonElement> Parameters(EngineProcess engine) => (await engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/s0/churn")).GetProperty("parameters");

    private static bool IsOfAll(JsonElement parameters) =>
        parameters.GetProperty("source").GetString() == "fitted" && parameters.GetProperty("customers").GetInt32() == 601 && parameters.GetProperty("fittedTo").GetString() == "2026-01-06";

    private static string[] Weekly(string customer, int lastWeek) => [.. Enumerable.Range(0, lastWeek + 1).Select(week => Purchase(customer, $"{customer}-{week}", Start.AddDays(7 * week), null))];

    private static string Purchase(string customer, string id, DateTime at, decimal? value) =>
        $$"""{"type":"purchase","customerId":"{{customer}}","eventId":"{{id}}","timestamp":"{{Instant(at)}}","value":{{(value is { } money ? money.ToString(CultureInfo.InvariantCulture) : "null")}}}""";

    private static string Instant(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task Post(EngineProcess engine, IReadOnlyList<string> events)
    {
        using var body = new StringContent($"[{string.Join(',', events)}]", null, "application/json");
        using var posted = await engine.Http.PostAsync("v1/events", body);
        var answer = await posted.Content.ReadAsStringAsync();
        Assert.True(posted.StatusCode == HttpStatusCode.Accepted && JsonDocument.Parse(answer).RootElement.GetProperty("accepted").GetInt32() == events.Count, answer);
        // Held until all of it is committed: a busy machine may take longer than a reader waits.
        using var totals = await engine.Http.GetAsync("v1/admin/totals?wait=true");
        Assert.Equal(HttpStatusCode.OK, totals.StatusCode);
    }
}
