using System.Diagnostics;
using System.Globalization;
using Personalization.Load.Clusters;
using Personalization.Load.Hosting;
using Personalization.Load.Reporting;

namespace Personalization.Load.Rolling;

/// <summary>
/// Silos are added, killed and stopped, and every process is restarted, one after the other, under traffic. Each step lasts until the partitions are spread evenly over the silos there are and each has
/// taken a click and shown it; the longest wait of any partition in it is its stall. In the end nothing may be lost or doubled.
/// </summary>
internal sealed class RollingRun(RollingPlan plan, RunReport report)
{
    /// <summary>The promise for a step in which nobody is killed.</summary>
    private static readonly TimeSpan GracefulBound = TimeSpan.FromSeconds(1);

    /// <summary>The promise for a killed silo.</summary>
    private static readonly TimeSpan KillBound = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly List<StepResult> _steps = [];
    private readonly Attempts _attempts = new();

    /// <summary>The last line of the output: what was found, in figures.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>The longest stall of steps in which nobody was killed, Redis' own restart apart.</summary>
    public TimeSpan LongestGraceful => Longest(StepKind.Graceful);

    /// <summary>The longest stall after a kill.</summary>
    public TimeSpan LongestKill => Longest(StepKind.Kill);

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        await using var cluster = await ProcessCluster.Start(1, 2, plan.Partitions, "always", cancellation);
        Uri[] gateways = [.. cluster.Gateways.Select(gateway => gateway.Url)];
        using var client = new ClusterClient();
        var probes = new PartitionProbes(client, gateways, _attempts, plan.Partitions, plan.Seed);
        var traffic = new ClusterTraffic(new TrafficPlan("rolling", plan.Seed, plan.Customers, plan.Producers, 0), client, gateways, gateways, _attempts);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var running = Task.WhenAll(traffic.Run(stop.Token, cancellation), probes.Run(stop.Token, cancellation));
        foreach (var step in Steps(cluster)) await Do(step, cluster, client, gateways, probes, running, cancellation);
        await stop.CancelAsync();
        await running.WaitAsync(StepLimit, cancellation);
        var drained = await cluster.Drain(cancellation);
        await cluster.StopEngines();
        Report(await LogFold.Run(cluster.Options, cancellation), drained);
    }

    private IEnumerable<Step> Steps(ProcessCluster cluster)
    {
        yield return new Step("nothing happens", StepKind.Graceful, 1, () => Task.CompletedTask);
        yield return Join("silo 2 joins", 2);
        if (plan.Scales)
        {
            if (plan.MostSilos > 2)
            {
                yield return Join("silo 3 joins", 3);
                yield return new Step("silo 3 is killed", StepKind.Kill, 2, () => cluster.Silos[2].Process.KillForGood());
            }

            yield return new Step("silo 2 stops", StepKind.Graceful, 1, () => cluster.Silos[1].Process.Stop());
            if (plan.Restarts) yield return Join($"silo {cluster.Silos.Count + 1} joins", 2);
        }

        if (!plan.Restarts) yield break;
        foreach (var member in cluster.Gateways.Concat(cluster.Silos.Where(silo => !silo.Process.IsEnded)).ToList())
            yield return new Step($"{member.Process.Name} restarts", StepKind.Graceful, 2, () => Restart(member.Process), member);
        yield return new Step("redis restarts", StepKind.Redis, 2, () => Restart(cluster.Redis));

        Step Join(string name, int silos) => new(name, StepKind.Graceful, silos, () =>
        {
            cluster.AddSilo();
            return Task.CompletedTask;
        });
    }

    private static async Task Restart(SupervisedProcess process)
    {
        var before = process.Starts;
        process.Restart();
        while (process.Starts == before) await Task.Delay(Poll);
    }

    private async Task Do(Step step, ProcessCluster cluster, ClusterClient client, Uri[] gateways, PartitionProbes probes, Task running, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StepLimit);
        try
        {
            var epochs = (await Owners(client, gateways, view => view.AllOwned, limit.Token)).Epochs;
            var accepted = _attempts.AcceptedCount;
            var started = Stopwatch.GetTimestamp();
            await step.Act();
            if (step.Restarted is { } member) await Listens(client, member.Url, limit.Token);
            var view = await Owners(client, gateways, view => view.IsEvenOver(step.Silos), limit.Token);
            await probes.EveryPartitionAnswers(limit.Token);
            var rest = Stopwatch.GetElapsedTime(started);
            await Task.WhenAny(Task.Delay(plan.Calm, limit.Token), running);
            if (running.IsFaulted) await running;
            var times = probes.Take();
            var write = Math.Max(times.Write.Percentile(100), _attempts.TakeLongestWrite().TotalMilliseconds);
            _steps.Add(new StepResult(step, rest.TotalSeconds, _attempts.AcceptedCount - accepted, view.Epochs - epochs, write, times.Effect.Percentile(50), times.Effect.Percentile(99), times.Effect.Percentile(100)));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var seen = await client.Owners(gateways[0], cancellation);
            throw new InvalidOperationException(
                $"'{step.Name}' did not come to rest within {StepLimit}: silos own {(seen is null ? "unknown" : string.Join(", ", seen.Spread))} partitions{Environment.NewLine}" +
                string.Join(Environment.NewLine, cluster.Silos.Select(silo => $"{silo.Process.Name}:{Environment.NewLine}{silo.Process.Output}")));
        }
    }

    /// <summary>Asks the gateways in turn until one sees what is waited for.</summary>
    private static async Task<OwnerView> Owners(ClusterClient client, Uri[] gateways, Func<OwnerView, bool> wanted, CancellationToken cancellation)
    {
        for (var turn = 0; ; turn++)
        {
            if (await client.Owners(gateways[turn % gateways.Length], cancellation) is { } view && wanted(view)) return view;
            await Task.Delay(Poll, cancellation);
        }
    }

    private static async Task Listens(ClusterClient client, Uri url, CancellationToken cancellation)
    {
        while (await client.Owners(url, cancellation) is null) await Task.Delay(Poll, cancellation);
    }

    private TimeSpan Longest(StepKind kind) =>
        TimeSpan.FromMilliseconds(_steps.Where(step => step.Step.Kind == kind).Select(step => step.Stall).DefaultIfEmpty(0).Max());

    private void Report(FoldResult fold, bool drained)
    {
        report.Setting("partitions", plan.Partitions);
        report.Setting("producers", plan.Producers);
        report.Setting("customers", plan.Customers + (plan.Partitions * 8));
        report.Setting("appendfsync", "always");
        var table = report.Table("Steps under traffic", "step", "at rest after s", "events accepted", "new tenures", "write longest ms", "202 → visible p50 ms", "p99 ms", "longest ms", "stall kept below");
        foreach (var step in _steps)
        {
            table.Row(step.Step.Name, step.Seconds, step.Accepted, step.Tenures, step.Write, step.EffectMedian, step.EffectP99, step.EffectLongest, step.Step.Kind switch
            {
                StepKind.Redis => "no promise",
                StepKind.Kill => step.Stall < KillBound.TotalMilliseconds ? "10 s: yes" : "10 s: no",
                _ => step.Stall < GracefulBound.TotalMilliseconds ? "1 s: yes" : "1 s: no",
            });
        }

        var (lost, doubled) = Verdict.Of(_attempts, fold, drained, report);
        Summary = string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {_attempts.Accepted.Count}, folded {fold.Folded.Count}, lost {lost}, doubled {doubled}, dead-lettered {fold.DeadLetters}, parked {fold.Parked}, longest stall {LongestGraceful.TotalSeconds:0.00} s graceful, {LongestKill.TotalSeconds:0.00} s after a kill");
    }

    private enum StepKind
    {
        Graceful, Kill, Redis,
    }

    private sealed record Step(string Name, StepKind Kind, int Silos, Func<Task> Act, ClusterProcess? Restarted = null);

    private sealed record StepResult(Step Step, double Seconds, long Accepted, long Tenures, double Write, double EffectMedian, double EffectP99, double EffectLongest)
    {
        public double Stall => Math.Max(Write, EffectLongest);
    }
}
