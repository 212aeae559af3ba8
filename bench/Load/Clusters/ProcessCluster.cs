using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Personalization.Configuration;
using Personalization.Load.Hosting;

namespace Personalization.Load.Clusters;

/// <summary>A process of a cluster and where it listens.</summary>
internal sealed record ClusterProcess(SupervisedProcess Process, Uri Url);

/// <summary>Real processes: a Redis, silos and gateways, each started again whenever it ends.</summary>
internal sealed class ProcessCluster : IAsyncDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan RestLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();
    private readonly int _redisPort = RedisProcess.FreePort();
    private readonly int _partitions;
    private readonly List<ClusterProcess> _silos = [];

    private ProcessCluster(int silos, int gateways, int partitions, string fsync)
    {
        _partitions = partitions;
        RedisFile = new AppendOnlyFile(_folder.Path);
        Redis = RedisProcess.Start(_folder.Path, _redisPort, fsync, () => RedisBytesLost += RedisFile.Cut());
        for (var i = 0; i < silos; i++) AddSilo();
        Gateways = [.. Enumerable.Range(1, gateways).Select(number => Engine($"gateway {number}", typeof(Gateway.Hosting.GatewayServices).Assembly.Location))];
    }

    public SupervisedProcess Redis { get; }

    /// <summary>What Redis keeps on disk.</summary>
    public AppendOnlyFile RedisFile { get; }

    /// <summary>What was cut off it.</summary>
    public long RedisBytesLost { get; private set; }

    public IReadOnlyList<ClusterProcess> Silos => _silos;

    public IReadOnlyList<ClusterProcess> Gateways { get; }

    /// <summary>The settings of all processes.</summary>
    public PersonalizationOptions Options => new() { Storage = StorageKind.Redis, Partitions = _partitions, Redis = { Configuration = $"127.0.0.1:{_redisPort}" } };

    /// <summary>All processes.</summary>
    public IEnumerable<SupervisedProcess> Processes => [Redis, .. Silos.Select(silo => silo.Process), .. Gateways.Select(gateway => gateway.Process)];

    /// <summary>Starts everything and waits until all are ready.</summary>
    /// <param name="silos">Silos.</param>
    /// <param name="gateways">Gateways without a silo.</param>
    /// <param name="partitions">Partitions.</param>
    /// <param name="fsync">What Redis waits for before it answers.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<ProcessCluster> Start(int silos, int gateways, int partitions, string fsync, CancellationToken cancellation)
    {
        var cluster = new ProcessCluster(silos, gateways, partitions, fsync);
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

    /// <summary>Starts one silo more; it joins by itself.</summary>
    public ClusterProcess AddSilo()
    {
        var silo = Engine($"silo {_silos.Count + 1}", typeof(Silo.Hosting.EngineHost).Assembly.Location);
        _silos.Add(silo);
        return silo;
    }

    /// <summary>Waits until Redis answers and every silo and gateway that is not to stay away says that every partition has an owner.</summary>
    public async Task WaitUntilReady(CancellationToken cancellation)
    {
        await RedisProcess.WaitUntilReady(_redisPort, cancellation);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadyLimit);
        foreach (var (process, url) in Silos.Concat(Gateways).Where(member => !member.Process.IsEnded))
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

    /// <summary>Waits until everything that was accepted is committed; false: it was not in time.</summary>
    public async Task<bool> Drain(CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = Gateways[0].Url, Timeout = TimeSpan.FromMinutes(1) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(RestLimit);
        while (!limit.IsCancellationRequested)
        {
            try
            {
                using var totals = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri("v1/admin/totals?wait=true", UriKind.Relative), limit.Token));
                if (totals.RootElement.GetProperty("drained").GetBoolean()) return true;
            }
            catch (Exception notYet) when (notYet is HttpRequestException || (notYet is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // An owner is on its way to another silo.
            }
        }

        return false;
    }

    /// <summary>Stops silos and gateways gracefully; Redis goes on.</summary>
    public Task StopEngines() => Task.WhenAll(Silos.Concat(Gateways).Select(engine => engine.Process.Stop()));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes) await process.DisposeAsync();
        _folder.Dispose();
    }

    private ClusterProcess Engine(string name, string assembly)
    {
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{RedisProcess.FreePort()}");
        string[] arguments =
        [
            "exec", assembly, "--urls", url, "--Personalization:Storage=Redis", $"--Personalization:Redis:Configuration={Options.Redis.Configuration}",
            $"--Personalization:Partitions={_partitions}",
        ];
        return new ClusterProcess(new SupervisedProcess(name, () => new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = _folder.Path }), new Uri(url + "/"));
    }
}
