using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit.Processes;
using Personalization.TestKit.Redis;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Cluster;

/// <summary>A Redis whose answers are late: producers are held back, memory does not grow, and all recovers by itself.</summary>
[Collection(Engines.Collection)]
public sealed class SlowRedisTests
{
    private const int Producers = 16;
    private const int Batch = 50;
    private const long AllowedGrowth = 400L << 20;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(400);

    /// <summary>Mostly some seconds; half a minute and more was seen.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(3);

    /// <summary>Longer than a call to Redis may take.</summary>
    private static readonly TimeSpan Hung = TimeSpan.FromSeconds(3);

    private static object One => new { eventId = "one", type = "productViewed", customerId = "one", itemId = "i" };

    [Fact]
    public async Task Producers_are_held_back_memory_does_not_grow_and_all_recovers_by_itself()
    {
        RedisServer.SkipUnlessInstalled();
        await using var redis = await RedisServer.StartDurable();
        await using var proxy = new SlowProxy(redis.Port);
        await using var engine = await EngineProcess.Start(
            "--Personalization:Storage=Redis", $"--Personalization:Redis:Configuration=127.0.0.1:{proxy.Port}", "--Personalization:Redis:Timeout=00:00:01",
            "--Personalization:Partitions=4", "--Personalization:Limits:PartitionLag=300");
        var flood = new Flood(engine);
        await flood.Run(untilAccepted: 500);
        var before = engine.WorkingSet;

        // A partition that is behind would answer 429 instead, and then nobody would notice that the log hangs.
        await Totals.Drained(engine);

        // Hung: what is under way has no known outcome, and what comes later is refused at once.
        proxy.Delay = Hung;
        await AssertRefusedAtOnce(engine);
        proxy.Delay = TimeSpan.Zero;
        await RedisCluster.Post(engine, [One]);

        // Slow: appends are answered, but owners fall behind, until the partitions are further behind than is allowed.
        proxy.Delay = Slow;
        await flood.Run(untilRefused: HttpStatusCode.TooManyRequests);
        Assert.True(engine.WorkingSet - before < AllowedGrowth, $"the engine grew from {before >> 20} to {engine.WorkingSet >> 20} MiB");

        proxy.Delay = TimeSpan.Zero;
        await flood.SendTheRest();
        var totals = await Totals.Drained(engine);
        Assert.Equal((flood.Sent + 1, 0, 0), (totals.Events, totals.DeadLetters, totals.Lost));
        Assert.Contains("\"healthy\"", await engine.Http.GetStringAsync("health/ready"), StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper!.WriteLine($"{flood.Sent} events, {flood.Refusals} requests refused, {before >> 20} MiB before, {engine.WorkingSet >> 20} MiB after");
    }

    /// <summary>While the log is down: sooner than a call to it is given up.</summary>
    private static async Task AssertRefusedAtOnce(EngineProcess engine)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await engine.Http.PostAsJsonAsync("v1/events", One, patience.Token);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(0.9)) return;
        }
    }

    /// <summary>Producers that send as fast as they are answered, and keep what was refused to send it again.</summary>
    private sealed class Flood(EngineProcess engine)
    {
        private readonly List<object[]> _refused = [];
        private readonly Lock _gate = new();
        private int _requests;

        public int Sent => _requests * Batch;

        public int Refusals { get; private set; }

        public async Task Run(int untilAccepted = int.MaxValue, HttpStatusCode? untilRefused = null)
        {
            using var patience = new CancellationTokenSource(Patience.Limit);
            var (accepted, isOver) = (0, false);
            await Task.WhenAll(Enumerable.Range(0, Producers).Select(async _ =>
            {
                while (!isOver)
                {
                    var number = Interlocked.Increment(ref _requests);
                    object[] events = [.. Enumerable.Range(0, Batch).Select(i => new { eventId = $"{number}-{i}", type = "productViewed", customerId = $"c{((number * Batch) + i) % 400}", itemId = $"i{i % 7}" })];
                    using var answer = await engine.Http.PostAsJsonAsync("v1/events", events, patience.Token);
                    var taken = await Accepted(answer, patience.Token);
                    if (taken < Batch)
                    {
                        lock (_gate)
                        {
                            _refused.Add(events);
                            Refusals++;
                        }
                    }

                    if (Interlocked.Add(ref accepted, taken) >= untilAccepted || answer.StatusCode == untilRefused) isOver = true;
                }
            }));
        }

        public async Task SendTheRest()
        {
            using var patience = new CancellationTokenSource(Recovery);
            foreach (var events in _refused)
            {
                while (true)
                {
                    using var answer = await engine.Http.PostAsJsonAsync("v1/events", events);
                    if (await Accepted(answer, CancellationToken.None) == Batch) break;
                    Assert.False(
                        patience.IsCancellationRequested,
                        $"not taken within {Recovery}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}\n{await engine.Http.GetStringAsync("v1/admin/log")}\n{engine.Output}");
                    await Task.Delay(20);
                }
            }
        }

        /// <summary>How many were taken; a refusal must say when to come again.</summary>
        private static async Task<int> Accepted(HttpResponseMessage answer, CancellationToken cancellation)
        {
            if (answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            {
                Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{answer.StatusCode} without Retry-After");
                return 0;
            }

            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(cancellation)).GetProperty("accepted").GetInt32();
        }
    }
}
