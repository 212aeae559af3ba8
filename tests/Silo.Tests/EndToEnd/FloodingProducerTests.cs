using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Personalization.TestKit.Processes;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>
/// One producer sends as fast as it is answered, and a storefront with another key clicks and looks meanwhile. What the storefront waits is printed beside what it waits alone;
/// only refusals are asserted, since the machine may have other work.
/// </summary>
[Collection(Engines.Collection)]
public sealed class FloodingProducerTests
{
    private const string Flooding = "a-producer-that-floods";
    private const string Storefront = "a-storefront-0123456789";
    private const int Connections = 16;
    private const int Batch = 100;
    private const int Clicks = 150;
    private const int PerSecond = 1_000;

    /// <summary>What the bucket holds at first; a full request of <c>Limits:BatchEvents</c>.</summary>
    private const int Burst = 1_000;

    [Fact]
    public async Task A_producer_beyond_its_limit_is_refused_and_a_storefront_goes_on()
    {
        await using var engine = await EngineProcess.Start(
            $"--Personalization:Limits:ProducerEventsPerSecond={PerSecond}", $"--Personalization:Keys:Admin:0={Storefront}",
            $"--Personalization:Keys:Ingest:0={Flooding}");
        engine.Http.DefaultRequestHeaders.Add("X-Api-Key", Storefront);
        using var storefront = Producer(engine, Storefront);
        var alone = await ClickAndLook(storefront, "alone");

        using var stop = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var flood = Enumerable.Range(0, Connections).Select(connection => Task.Run(() => Flood(engine, connection, refused, stop.Token))).ToList();
        await Task.WhenAny([refused.Task, .. flood]).WaitAsync(Patience.Limit);
        var beside = await ClickAndLook(storefront, "beside");
        await stop.CancelAsync();
        var accepted = (await Task.WhenAll(flood)).Sum();
        var took = Stopwatch.GetElapsedTime(started);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"click to effect p50 / p99 ms: {alone} alone, {beside} beside a producer that floods and is held to {PerSecond} events/s: {accepted} accepted in {took.TotalSeconds:0.0} s");

        Assert.InRange(accepted, Burst, Burst + (PerSecond * (took.TotalSeconds + 1)));
        var totals = await Totals.Drained(engine);
        Assert.Equal(accepted + (2 * Clicks), totals.Events);
    }

    private static HttpClient Producer(EngineProcess engine, string key)
    {
        var http = new HttpClient { BaseAddress = new Uri(engine.Url + "/") };
        http.DefaultRequestHeaders.Add("X-Api-Key", key);
        return http;
    }

    private static async Task<int> Flood(EngineProcess engine, int connection, TaskCompletionSource refused, CancellationToken stop)
    {
        using var http = Producer(engine, Flooding);
        var accepted = 0;
        for (var request = 0; !stop.IsCancellationRequested; request++)
        {
            var events = Enumerable.Range(0, Batch).Select(i => new { eventId = $"{connection}-{request}-{i}", type = "productViewed", customerId = $"flooded-{i}", itemId = "i" });
            using var answer = await http.PostAsJsonAsync("v1/events", events, CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.Accepted)
            {
                accepted += Batch;
                continue;
            }

            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
            refused.TrySetResult();
        }

        return accepted;
    }

    private static async Task<string> ClickAndLook(HttpClient http, string when)
    {
        var times = new double[Clicks];
        for (var i = 0; i < Clicks; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await http.PostAsJsonAsync("v1/events", new { eventId = $"{when}-{i}", type = "productViewed", customerId = $"c{i % 20}", itemId = "i" });
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            var profile = JsonElement.Parse(await http.GetStringAsync($"v1/customers/c{i % 20}?after={when}-{i}"));
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Assert.True(profile.GetProperty("totals").GetProperty("views").GetInt64() > 0);
        }

        Array.Sort(times);
        return $"{times[Clicks / 2]:0.00} / {times[Clicks * 99 / 100]:0.0}";
    }
}
