using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Recommendations;

/// <summary>A taste that few have against a decoy that everybody looks at, in a real engine over HTTP.</summary>
[Collection(Engines.Collection)]
public sealed class PlantedTasteTests
{
    private const int CatalogueSize = 100_000;

    [Fact]
    public async Task A_new_visitor_gets_what_the_few_with_the_same_taste_went_on_to_and_not_what_everybody_looks_at_also_after_a_kill()
    {
        await using var engine = await EngineProcess.Start();
        await PutCatalogue(engine);
        var start = DateTime.UtcNow.AddHours(-2);
        var events = new List<object>();
        for (var i = 0; i < 200; i++)
        {
            var at = start.AddSeconds(10 * i);
            foreach (var (who, first, second) in new[] { ("ab", "A", "B"), ("cd", "C", "D") })
            {
                events.Add(View($"{who}{i}", first, at));
                events.Add(View($"{who}{i}", second, at.AddSeconds(5)));
            }
        }

        for (var i = 0; i < 5_000; i++) events.Add(View($"crowd{i}", "decoy", start.AddSeconds(i * 0.4)));
        foreach (var batch in events.Chunk(1_000)) await Post(engine, batch);

        await Until(engine, "v1/trending?n=5&explain=true", answer => answer.GetProperty("indexPosition").GetInt64() >= events.Count);
        await ShouldGet(engine, "first");
        await engine.Kill();
        await engine.Restart();
        await Until(engine, "v1/trending", answer => answer.GetProperty("indexPosition").GetInt64() >= events.Count + 1);
        await ShouldGet(engine, "second");

        // The caller's own list comes back under the caller's own names, also what nobody has heard of.
        using var reranked = await engine.Http.PostAsJsonAsync("v1/customers/anon:second/recommendations", new { items = new[] { "decoy", "never-heard-of", "B" } });
        var order = (await reranked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()).ToList();
        Assert.Equal("B", order[0]);
        Assert.Equal(["B", "decoy", "never-heard-of"], order.Order(StringComparer.Ordinal));

        var nobody = await engine.Http.GetFromJsonAsync<JsonElement>("v1/customers/anon:nobody/recommendations?n=1");
        Assert.Equal(("trending", "decoy"), (nobody.GetProperty("source").GetString(), nobody.GetProperty("items")[0].GetProperty("itemId").GetString()));
    }

    private static async Task ShouldGet(EngineProcess engine, string visitor)
    {
        var eventId = $"view-{visitor}";
        var view = new { eventId, type = "productViewed", anonymousId = visitor, itemId = "A", timestamp = DateTime.UtcNow };
        await Post(engine, [view]);
        var answer = await engine.Http.GetFromJsonAsync<JsonElement>($"v1/customers/anon:{visitor}/recommendations?n=10&explain=true&after={eventId}");
        var items = answer.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()).ToList();
        Assert.True(answer.GetProperty("afterFound").GetBoolean());
        Assert.Equal("session", answer.GetProperty("source").GetString());
        Assert.Contains("B", items.Take(3));
        Assert.DoesNotContain("D", items.Take(3));
        Assert.True(items.IndexOf("decoy") is var decoy && (decoy < 0 || decoy > items.IndexOf("B")), answer.GetRawText());
        var reason = answer.GetProperty("items")[items.IndexOf("B")].GetProperty("reasons")[0];
        Assert.Equal(("alsoViewed", "A", eventId), (reason.GetProperty("kind").GetString(), reason.GetProperty("itemId").GetString(), reason.GetProperty("eventId").GetString()));
        Assert.Equal(view.timestamp, reason.GetProperty("at").GetDateTime(), TimeSpan.FromMilliseconds(1));
    }

    private static object View(string customer, string item, DateTime at) => new { type = "productViewed", customerId = customer, itemId = item, timestamp = at };

    private static async Task PutCatalogue(EngineProcess engine)
    {
        var body = new StringBuilder();
        var names = new[] { "A", "B", "C", "D", "decoy" }.Concat(Enumerable.Range(0, CatalogueSize - 5).Select(i => $"item-{i}"));
        foreach (var batch in names.Chunk(1_000))
        {
            body.Clear();
            foreach (var item in batch)
            {
                var number = Math.Abs(item.Aggregate(17, (hash, c) => (hash * 31) + c));
                body.Append(CultureInfo.InvariantCulture, $$"""{"itemId":"{{item}}","category":"c{{number % 20}}.s{{number % 100}}","brand":"b{{number % 300}}","price":{{1 + (number % 200)}}}""").Append('\n');
            }

            using var content = new StringContent(body.ToString(), null, "application/x-ndjson");
            using var response = await engine.Http.PostAsync("v1/items", content);
            Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    private static async Task Post(EngineProcess engine, object[] events)
    {
        using var response = await engine.Http.PostAsJsonAsync("v1/events", events);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Asks until the answer is as it should become: the indexes follow the events on their own.</summary>
    private static async Task Until(EngineProcess engine, string path, Func<JsonElement, bool> isSo)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await engine.Http.GetFromJsonAsync<JsonElement>(path);
            if (isSo(answer)) return;
            Assert.True(watch.Elapsed < Patience.Limit, $"not within {Patience.Limit}: {answer}\n{engine.Output}");
            await Task.Delay(20);
        }
    }
}
