using System.Diagnostics;
using System.Globalization;
using Personalization.Load.Hosting;
using Personalization.Load.Http;
using Personalization.Load.Reporting;
using Personalization.Load.Traffic;

namespace Personalization.Load.Ingest;

/// <summary>Runs the systems side by side, one at a time and in turns, so that what else the machine does falls on all of them.</summary>
internal sealed class IngestRun(IngestPlan plan, RunReport report)
{
    private const string CustomerPrefix = "c";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(3);

    private readonly Population _population = BenchDoors.PopulationOf(CustomerPrefix, plan.Customers, plan.Zipf);
    private readonly List<IngestResult> _results = [];
    private readonly Dictionary<SystemKind, long> _committed = [];

    /// <summary>Runs all measurements and reports them.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        Describe();
        var folders = new List<TemporaryFolder>();
        var servers = new Dictionary<SystemKind, List<ServerProcess>>();
        var redis = new List<SupervisedProcess>();
        try
        {
            foreach (var system in plan.Systems)
            {
                folders.Add(new TemporaryFolder());
                var settings = await Settings(system, folders[^1].Path, redis, cancellation);
                servers[system] = [];
                for (var i = 0; i < system.Processes(); i++) servers[system].Add(await ServerProcess.StartSystem(system, folders[^1].Path, cancellation, settings));
                _committed[system] = 0;
            }

            foreach (var door in plan.Doors)
            {
                foreach (var system in plan.Systems) await Measure(servers[system], system, door, 0, Shorter(WarmUp), cancellation);
            }

            for (var round = 1; round <= plan.Rounds; round++)
            {
                foreach (var door in plan.Doors)
                {
                    // Another one begins each round, so that none always has the freshest machine.
                    for (var turn = 0; turn < plan.Systems.Count; turn++)
                    {
                        var system = plan.Systems[(turn + round) % plan.Systems.Count];
                        _results.Add(await Measure(servers[system], system, door, round, plan.Duration, cancellation));
                    }
                }
            }
        }
        finally
        {
            foreach (var server in servers.Values.SelectMany(all => all)) await server.DisposeAsync();
            foreach (var server in redis) await server.DisposeAsync();
            foreach (var folder in folders) folder.Dispose();
        }

        Report();
    }

    private async Task<string[]> Settings(SystemKind system, string folder, List<SupervisedProcess> redis, CancellationToken cancellation)
    {
        if (plan.Storage != IngestStorage.Redis) return plan.Storage == IngestStorage.Memory ? ["--Personalization:Storage", "Memory"] : [];
        var port = RedisProcess.FreePort();
        redis.Add(RedisProcess.Start(folder, port, plan.Fsync));
        await RedisProcess.WaitUntilReady(port, cancellation);
        return system.IsEngine()
            ? ["--Personalization:Storage", "Redis", "--Personalization:Redis:Configuration", $"127.0.0.1:{port}"]
            : ["--Personalization:Storage", "Memory", "--redis", $"127.0.0.1:{port}"];
    }

    private async Task<IngestResult> Measure(IReadOnlyList<ServerProcess> servers, SystemKind system, Door door, int round, TimeSpan duration, CancellationToken cancellation)
    {
        var run = string.Create(CultureInfo.InvariantCulture, $"{door}{round}");
        var machine = MachineLoad.Sample();
        var before = await Use(servers, cancellation);
        var client = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var sent = await Send(servers, door, run, duration, cancellation);
        var sending = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var drained = await servers[0].Ask<DurableState>(string.Create(CultureInfo.InvariantCulture, $"/bench/drain?seconds={DrainLimit.TotalSeconds}"), cancellation);

        // The baseline has nothing to drain: counting its rows is the bench's work and not its own.
        var seconds = system.IsEngine() ? Stopwatch.GetElapsedTime(started).TotalSeconds : sending;
        var use = (await Use(servers, cancellation)).Since(before);
        var clientCpu = (Environment.CpuUsage.TotalTime - client).TotalSeconds;
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var busy = MachineLoad.Sample().BusySince(machine) - ((use.CpuSeconds + clientCpu) / (elapsed * Environment.ProcessorCount));
        var isExact = drained.IsComplete && drained.Events - _committed[system] == sent.Accepted;
        if (!isExact)
        {
            report.Check(
                $"{system} {door} round {round}",
                false,
                $"accepted {sent.Accepted:N0}, committed {drained.Events - _committed[system]:N0}, everything committed in time: {drained.IsComplete}");
        }

        _committed[system] = drained.Events;
        return new IngestResult(system, door, round, sent.Accepted, sent.Refused, seconds, seconds - sending, use, clientCpu, Math.Max(0, busy), isExact);
    }

    /// <summary>What all processes of a system have used.</summary>
    private static async Task<ProcessUse> Use(IReadOnlyList<ServerProcess> servers, CancellationToken cancellation) =>
        (await Task.WhenAll(servers.Select(server => server.Use(cancellation)))).Aggregate((sum, use) => sum.Plus(use));

    /// <summary>Connections and callers are shared among the processes of a system.</summary>
    private async Task<LoopOutcome> Send(IReadOnlyList<ServerProcess> servers, Door door, string run, TimeSpan duration, CancellationToken cancellation)
    {
        var outcomes = await Task.WhenAll(servers.Select((server, number) => Send(server, door, servers.Count == 1 ? run : $"{run}-{number}", servers.Count, duration, cancellation)));
        return new LoopOutcome(outcomes.Sum(outcome => outcome.Accepted), outcomes.Sum(outcome => outcome.Refused), outcomes.Sum(outcome => outcome.Requests));
    }

    private async Task<LoopOutcome> Send(ServerProcess server, Door door, string run, int shares, TimeSpan duration, CancellationToken cancellation)
    {
        if (door != Door.Process) return await ClosedLoop.Run(server.Url, _population, run, Math.Max(1, plan.Connections / shares), door == Door.Single ? 1 : plan.Batch, duration, cancellation);
        var outcome = await server.Ask<InProcessOutcome>(
            string.Create(
                CultureInfo.InvariantCulture,
                $"/bench/ingest?run={run}&prefix={CustomerPrefix}&customers={plan.Customers}&zipf={plan.Zipf}&callers={Math.Max(1, plan.Callers / shares)}&seconds={duration.TotalSeconds}"),
            cancellation);
        return new LoopOutcome(outcome.Accepted, outcome.Refused, 0);
    }

    private TimeSpan Shorter(TimeSpan warmUp) => warmUp < plan.Duration ? warmUp : plan.Duration;

    private void Describe()
    {
        report.Setting("storage", plan.Storage switch
        {
            IngestStorage.Redis => $"Redis on the same machine, appendonly yes, appendfsync {plan.Fsync}",
            IngestStorage.Memory => "memory",
            _ => "SQLite, WAL, synchronous=FULL",
        });
        report.Setting("customers", _population.Description);
        report.Setting("seconds", plan.Duration.TotalSeconds);
        report.Setting("rounds", plan.Rounds);
        report.Setting("connections", plan.Connections);
        report.Setting("callers in process", plan.Callers);
        report.Setting("events a batch", plan.Batch);
    }

    private void Report()
    {
        var all = report.Table("Measurements", "door", "round", "system", "events/s", "accepted", "refused", "drain s", "server µs/event", "server B/event", "client µs/event", "others busy %");
        foreach (var result in _results)
        {
            all.Row(
                result.Door.ToString(), result.Round, result.System.ToString(), result.Rate, result.Accepted, result.Refused, result.DrainSeconds,
                result.Server.CpuSeconds * 1e6 / result.Accepted, result.Server.AllocatedBytes / (double)result.Accepted,
                result.ClientCpuSeconds * 1e6 / result.Accepted, result.OtherBusy * 100);
        }

        var summary = report.Table("Median (least–most) over the rounds; ratios are made round by round", "door", "system", "events/s", "engine ÷ this");
        foreach (var door in plan.Doors)
        {
            foreach (var system in plan.Systems)
            {
                var rounds = _results.Where(result => result.Door == door && result.System == system).ToList();
                var ratios = system == SystemKind.Engine
                    ? []
                    : rounds.SelectMany(theirs => _results.Where(ours => ours.System == SystemKind.Engine && ours.Door == door && ours.Round == theirs.Round).Select(ours => ours.Rate / theirs.Rate));
                summary.Row(door.ToString(), system.ToString(), Spread.Of(rounds.Select(result => result.Rate)).ToString(), Spread.Of(ratios).ToString());
            }
        }

        report.Check("committed = accepted in every measurement", _results.TrueForAll(result => result.IsExact), $"{_results.Sum(result => result.Accepted):N0} events");
    }
}
