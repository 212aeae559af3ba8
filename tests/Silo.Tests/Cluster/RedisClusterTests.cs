using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit;
using Personalization.TestKit.Processes;
using Personalization.TestKit.Redis;

namespace Personalization.Silo.Tests.Cluster;

[Collection(Engines.Collection)]
public sealed class RedisClusterTests
{
    private const int Customers = 40;

    [Fact]
    public async Task Two_silos_and_a_gateway_lose_nothing_and_count_nothing_twice_when_a_silo_is_killed()
    {
        await using var cluster = await RedisCluster.Start();
        await cluster.Owns(8, 8);

        await RedisCluster.Post(cluster.Gateway, Round(1));
        await RedisCluster.Post(cluster.Silos[1], Round(2));
        foreach (var through in new[] { cluster.Gateway, cluster.Silos[0], cluster.Silos[1] }) Assert.Equal(2, await RedisCluster.Views(through, "c7"));

        await cluster.Silos[1].Kill();
        await RedisCluster.Post(cluster.Gateway, Round(3));
        await RedisCluster.Post(cluster.Gateway, Round(2));
        foreach (var through in new[] { cluster.Gateway, cluster.Silos[0] })
        {
            for (var i = 0; i < Customers; i++) Assert.Equal(3, await RedisCluster.Views(through, $"c{i}"));
        }

        var totals = await Totals.Drained(cluster.Gateway);
        Assert.Equal((Customers, 3 * Customers, 0, 0), (totals.Customers, totals.Views, totals.DeadLetters, totals.Lost));

        await cluster.Owns(16);
        await cluster.Silos[1].Restart();
        await cluster.Owns(8, 8);
        await RedisCluster.Post(cluster.Gateway, Round(4));
        Assert.Equal(4 * Customers, (await Totals.Drained(cluster.Silos[1])).Views);

        Assert.Equal(0, await cluster.Silos[0].Stop());
        await cluster.Owns(16);
        await RedisCluster.Post(cluster.Gateway, Round(5));
        Assert.Equal(5 * Customers, (await Totals.Drained(cluster.Gateway)).Views);
    }

    [Fact]
    [Trait(Timed.Trait, Timed.Alone)]
    public async Task When_redis_is_gone_events_are_refused_at_once_reads_go_on_and_all_recovers_by_itself()
    {
        RedisServer.SkipUnlessInstalled();
        await using var redis = await RedisServer.StartDurable();
        await using var engine = await EngineProcess.Start(RedisCluster.Settings(redis));
        await RedisCluster.Post(engine, Round(1));
        Assert.Equal(1, await RedisCluster.Views(engine, "c7"));

        await redis.Kill();
        var started = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Round(2).Select(one => engine.Http.PostAsJsonAsync("v1/events", one)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), $"refused after {Stopwatch.GetElapsedTime(started)}");
        var problem = JsonElement.Parse(await answers[0].Content.ReadAsStringAsync());
        Assert.Equal("The log is not available", problem.GetProperty("title").GetString());
        Assert.True(problem.GetProperty("rejected")[0].GetProperty("retryable").GetBoolean());
        var profile = JsonElement.Parse(await engine.Http.GetStringAsync("v1/customers/c7"));
        Assert.Equal(1, profile.GetProperty("totals").GetProperty("views").GetInt64());

        await redis.Restart();
        await RedisCluster.Post(engine, Round(2));
        Assert.Equal(2 * Customers, (await Totals.Drained(engine)).Views);
        Assert.DoesNotContain("lost", await engine.Http.GetStringAsync("health/ready"), StringComparison.Ordinal);
        foreach (var answer in answers) answer.Dispose();
    }

    [Fact]
    public async Task An_older_copy_of_redis_put_back_under_a_running_engine_starts_a_new_generation_and_the_loss_is_counted()
    {
        RedisServer.SkipUnlessInstalled();
        await using var redis = await RedisServer.StartDurable();
        await using var engine = await EngineProcess.Start(RedisCluster.Settings(redis));
        await RedisCluster.Post(engine, Round(1));
        await Totals.Drained(engine);
        redis.CopyFiles();
        await RedisCluster.Post(engine, Round(2));
        Assert.Equal(2 * Customers, (await Totals.Drained(engine)).Views);

        await redis.Kill();
        redis.RestoreFiles();
        await redis.Restart();
        await RedisCluster.Post(engine, Round(3));
        var totals = await Totals.Drained(engine);
        Assert.Equal((2 * Customers, Customers), (totals.Views, totals.Lost));
        for (var i = 0; i < Customers; i++) Assert.Equal(2, await RedisCluster.Views(engine, $"c{i}"));
    }

    [Fact]
    public async Task What_is_wrong_with_redis_is_told_in_a_sentence()
    {
        RedisServer.SkipUnlessInstalled();
        var limit = TimeSpan.FromMinutes(1);
        var nowhere = await CommandRun.Engine(
            limit, "--urls", "http://127.0.0.1:0", "--Personalization:Storage=Redis", "--Personalization:Redis:Configuration=127.0.0.1:1", "--Personalization:Redis:Timeout=00:00:00.2", "--Personalization:Redis:StartTimeout=00:00:00.5");
        Assert.Equal(2, nowhere.ExitCode);
        Assert.Contains("Redis at 127.0.0.1:1 did not answer", nowhere.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", nowhere.Error + nowhere.Output, StringComparison.Ordinal);

        var nothing = await CommandRun.Engine(limit, "--urls", "http://127.0.0.1:0", "--Personalization:Storage=Redis", "--Personalization:Cluster:SiloPort=7", "--Personalization:Cluster:GatewayPort=7");
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("Redis:Configuration must say where Redis is", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("Cluster:GatewayPort must be another port than Cluster:SiloPort (7)", nothing.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<object> Round(int round) =>
        Enumerable.Range(0, Customers).Select(i => new { eventId = $"{round}-{i}", type = "productViewed", customerId = $"c{i}", itemId = $"i{i % 7}" });
}
