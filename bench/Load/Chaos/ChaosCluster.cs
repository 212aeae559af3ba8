using System.Diagnostics;
using System.Globalization;
using Personalization.Configuration;
using Personalization.Load.Hosting;

namespace Personalization.Load.Chaos;

/// <summary>Real processes: a Redis, silos and gateways, each started again whenever it ends.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();
    private readonly int _redisPort = RedisProcess.FreePort();
    private readonly int _partitions;

    private ChaosCluster(ChaosPlan plan)
    {
        _partitions = plan.Partitions;
        Redis = RedisProcess.Start(_folder.Path, _redisPort, plan.Fsync);
        Silos = [.. Enumerable.Range(1, plan.Silos).Select(number => Engine($"silo {number}", typeof(Silo.Hosting.EngineHost).Assembly.Location))];
        Gateways = [.. Enumerable.Range(1, plan.Gateways).Select(number => Engine($"gateway {number}", typeof(Gateway.Hosting.GatewayServices).Assembly.Location))];
    }

    public SupervisedProcess Redis { get; }

    public (SupervisedProcess Process, Uri Url)[] Silos { get; }

    public (SupervisedProcess Process, Uri Url)[] Gateways { get; }

    /// <summary>The settings of all processes.</summary>
    public PersonalizationOptions Options => new() { Storage = StorageKind.Redis, Partitions = _partitions, Redis = { Configuration = $"127.0.0.1:{_redisPort}" } };

    /// <summary>All processes.</summary>
    public IEnumerable<SupervisedProcess> Processes => [Redis, .. Silos.Select(silo => silo.Process), .. Gateways.Select(gateway => gateway.Process)];

    /// <summary>Starts everything and waits until all are ready.</summary>
    public static async Task<ChaosCluster> Start(ChaosPlan plan, CancellationToken cancellation)
    {
        var cluster = new ChaosCluster(plan);
        try
        {
            await cluster.WaitUntilReady(cancellation);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until Redis answers and every silo and gateway says that every partition has an owner.</summary>
    public async Task WaitUntilReady(CancellationToken cancellation)
    {
        await RedisProcess.WaitUntilReady(_redisPort, cancellation);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadyLimit);
        foreach (var (process, url) in Silos.Concat(Gateways))
        {
            while (true)
            {
                try
                {
                    using var answer = await http.GetAsync(new Uri(url, "health/ready"), limit.Token);
                    if (answer.IsSuccessStatusCode) break;
                }
                catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException && !limit.IsCancellationRequested)
                {
                    // It does not listen yet.
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    throw new InvalidOperationException($"{process.Name} is not ready after {ReadyLimit}:{Environment.NewLine}{process.Output}");
                }

                await Task.Delay(Retry, cancellation);
            }
        }
    }

    /// <summary>Stops silos and gateways gracefully; Redis goes on.</summary>
    public Task StopEngines() => Task.WhenAll(Silos.Concat(Gateways).Select(engine => engine.Process.Stop()));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes) await process.DisposeAsync();
        _folder.Dispose();
    }

    private (SupervisedProcess Process, Uri Url) Engine(string name, string assembly)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RedisProcess.FreePort()}");
        string[] arguments =
        [
            "exec", assembly, "--urls", url, "--Personalization:Storage=Redis", $"--Personalization:Redis:Configuration={Options.Redis.Configuration}",
            $"--Personalization:Partitions={_partitions}",
        ];
        return (new SupervisedProcess(name, () => new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder.Path }), new Uri(url + "/"));
    }
}
