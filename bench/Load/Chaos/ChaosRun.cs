using System.Globalization;
using Personalization.Load.Clusters;
using Personalization.Load.Reporting;

namespace Personalization.Load.Chaos;

/// <summary>
/// Traffic on a real cluster whose processes are killed and paused at random; then everything is let come to rest, the log is folded on one thread, and every customer compared.
/// Meanwhile storefronts ask for decisions and reward them: every reward taken is learned once, and no cap is exceeded.
/// With A = events answered as taken at least once: A ⊆ folded ⊆ attempted, and each once.
/// </summary>
internal sealed class ChaosRun(ChaosPlan plan, RunReport report)
{
    private static readonly TimeSpan RestLimit = TimeSpan.FromMinutes(3);

    /// <summary>The last line of the output: what was found, in figures.</summary>
    public string Summary { get; private set; } = "";

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        var attempts = new Attempts();
        await using var cluster = await ProcessCluster.Start(plan.Silos, plan.Gateways, plan.Partitions, plan.Fsync, cancellation);
        Uri[] gateways = [.. cluster.Gateways.Select(gateway => gateway.Url)];
        Uri[] all = [.. gateways, .. cluster.Silos.Select(silo => silo.Url)];
        using var client = new ClusterClient();
        var clients = new ClusterTraffic(new TrafficPlan($"chaos{plan.Seed}", plan.Seed, plan.Customers, plan.Producers, plan.Readers), client, gateways, all, attempts);
        var deciders = new ClusterDeciders($"chaos{plan.Seed}", plan.Seed, plan.Deciders, client, all);
        await deciders.PutActions(cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var traffic = Task.WhenAll(clients.Run(stop.Token, cancellation), deciders.Run(stop.Token, cancellation));
        var mischief = new Mischief(plan, cluster);
        await mischief.Run(cancellation);
        await cluster.WaitUntilReady(cancellation);
        await stop.CancelAsync();
        await traffic.WaitAsync(RestLimit, cancellation);
        var drained = await cluster.Drain(cancellation);
        var learned = await deciders.Learned(cancellation);
        await cluster.StopEngines();

        var fold = await LogFold.Run(cluster.Options, cancellation);
        var stall = attempts.LongestWrite > attempts.LongestRead ? attempts.LongestWrite : attempts.LongestRead;

        report.Setting("seconds", plan.Duration.TotalSeconds);
        report.Setting("seed", plan.Seed);
        report.Setting("appendfsync", plan.Fsync);
        report.Setting("customers", plan.Customers);
        report.Setting("producers", plan.Producers);
        report.Setting("partitions", plan.Partitions);
        var traffics = report.Table("Traffic", "events attempted", "accepted", "requests sent again", "reads", "longest write s", "longest read s", "entries in the log");
        traffics.Row(attempts.Attempted.Count, attempts.Accepted.Count, attempts.Repeats, attempts.Reads, attempts.LongestWrite.TotalSeconds, attempts.LongestRead.TotalSeconds, fold.Entries);
        var decisions = report.Table("Decisions", "answered", "without a record", "rewards taken", "rewards learned", "over cap");
        decisions.Row(deciders.Answered, deciders.WithoutRecord, deciders.Rewarded, learned, deciders.OverCap);
        report.Check("every reward is learned once", learned == deciders.Rewarded, $"{deciders.Rewarded:N0} taken, {learned:N0} learned");
        report.Check("no cap is exceeded", deciders.OverCap == 0, $"{deciders.OverCap} answers too many");
        var acts = report.Table("Acts", "act", "times");
        foreach (var (act, times) in mischief.Acts.OrderBy(act => act.Key, StringComparer.Ordinal)) acts.Row(act, times);
        var starts = report.Table("Processes", "process", "starts");
        foreach (var process in cluster.Processes) starts.Row(process.Name, process.Starts);

        var (lost, doubled) = Verdict.Of(attempts, fold, drained, report);
        Summary = string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {attempts.Accepted.Count}, folded {fold.Folded.Count}, lost {lost}, doubled {doubled}, dead-lettered {fold.DeadLetters}, parked {fold.Parked}, rewards learned {learned} of {deciders.Rewarded}, over-cap {deciders.OverCap}, kills {mischief.Kills}, longest stall {stall.TotalSeconds:0.0} s");
    }
}
