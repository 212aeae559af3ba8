using System.Net.Http.Json;
using System.Text.Json;
using Personalization.TestKit.Processes;
using Personalization.TestKit.Redis;
using Personalization.TestKit;

namespace Personalization.Silo.Tests.Cluster;

/// <summary>A cluster of real processes: a Redis that keeps every answered write, two silos, and a gateway without a silo.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Partitions = 16;

    private RedisCluster(RedisServer redis, EngineProcess[] silos, EngineProcess gateway) => (Redis, Silos, Gateway) = (redis, silos, gateway);

    public RedisServer Redis { get; }

    public EngineProcess[] Silos { get; }

    public EngineProcess Gateway { get; }

    public static string[] Settings(RedisServer redis) =>
        ["--Personalization:Storage=Redis", $"--Personalization:Redis:Configuration={redis.Configuration}", $"--Personalization:Partitions={Partitions}"];

    public static async Task<RedisCluster> Start()
    {
        RedisServer.SkipUnlessInstalled();
        var redis = await RedisServer.StartDurable();
        var settings = Settings(redis);
        var processes = await Task.WhenAll(EngineProcess.Start(settings), EngineProcess.Start(settings), EngineProcess.StartGateway(settings));
        return new RedisCluster(redis, processes[..2], processes[2]);
    }

    /// <summary>Posts events as a careful producer does: again with the same ids until they are taken.</summary>
    public static async Task Post(EngineProcess through, IEnumerable<object> events)
    {
        var body = events.ToArray();
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            try
            {
                using var answer = await through.Http.PostAsJsonAsync("v1/events", body, patience.Token);
                if (answer.IsSuccessStatusCode && JsonElement.Parse(await answer.Content.ReadAsStringAsync(patience.Token)).GetProperty("accepted").GetInt32() == body.Length) return;
            }
            catch (HttpRequestException) when (!patience.IsCancellationRequested)
            {
                // Sent again.
            }

            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>The views of a customer, by a read that is made again while a dead silo's partitions have no owner yet.</summary>
    public static async Task<long> Views(EngineProcess through, string customer)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            using var answer = await through.Http.GetAsync($"v1/customers/{customer}", patience.Token);
            if (answer.IsSuccessStatusCode)
            {
                var profile = JsonElement.Parse(await answer.Content.ReadAsStringAsync(patience.Token));
                if (!profile.GetProperty("stale").GetBoolean()) return profile.GetProperty("totals").GetProperty("views").GetInt64();
            }

            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Waits until the silos own so many partitions each, most first.</summary>
    public async Task Owns(params int[] wanted)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var log = JsonElement.Parse(await Gateway.Http.GetStringAsync("v1/admin/log"));
            int[] owned =
            [
                .. log.GetProperty("partitions").EnumerateArray().Where(partition => partition.GetProperty("owned").GetBoolean())
                    .GroupBy(partition => partition.GetProperty("silo").GetString()).Select(silo => silo.Count()).OrderDescending(),
            ];
            if (owned.SequenceEqual(wanted)) return;
            if (patience.IsCancellationRequested) Assert.Fail($"the silos own {string.Join(", ", owned)} partitions, not {string.Join(", ", wanted)}");
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Silos.Append(Gateway)) await process.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
