using Personalization.Load.Clusters;
using Personalization.Load.Reporting;

namespace Personalization.Load.PowerLoss;

/// <summary>
/// A real cluster on a Redis with <c>appendfsync everysec</c>, which is killed and finds its file without the last moments: no process can be made to lose what the kernel
/// has, so the file is cut. The engines go on in memory meanwhile, and what they acknowledged is more than the log still has.
/// </summary>
internal sealed class PowerLossRun(TimeSpan duration, TimeSpan unsaved, RunReport report)
{
    private const int Customers = 200;
    private const int Partitions = 8;

    /// <summary>Runs and reports.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        await using var cluster = await ProcessCluster.Start(silos: 1, gateways: 1, Partitions, "everysec", cancellation);
        using var client = new ClusterClient();
        using var watched = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watching = cluster.RedisFile.Watch(watched.Token);

        Attempts before = new(), after = new();
        await Send("before", before, () =>
        {
            cluster.RedisFile.Lose(unsaved);
            cluster.Redis.Kill();
        });
        await watched.CancelAsync();
        await watching;
        await cluster.WaitUntilReady(cancellation);
        await Send("after", after, () => { });
        var drained = await cluster.Drain(cancellation);
        await cluster.StopEngines();
        var fold = await LogFold.Run(cluster.Options, cancellation);

        var missing = before.Accepted.Count(id => !fold.Folded.ContainsKey(id));
        report.Setting("appendfsync", "everysec");
        report.Setting("unsaved s", unsaved.TotalSeconds);
        report.Setting("Redis' file lost, bytes", cluster.RedisBytesLost);
        report.Table("Events", "when", "accepted", "missing", "as seconds of the traffic").Row("before the loss", before.Accepted.Count, missing, missing * duration.TotalSeconds / Math.Max(1, before.Accepted.Count));
        report.Check("what was accepted afterwards is folded", after.Accepted.All(fold.Folded.ContainsKey), $"{after.Accepted.Count:N0} events");
        report.Check("no event is folded twice", fold.Folded.Values.All(times => times == 1) && fold.Doubled == 0, $"{fold.Folded.Count:N0} events");
        report.Check("every stored profile is the fold of the log", fold.Differences.Count == 0, fold.Differences.Count == 0 ? $"{fold.Customers:N0} customers" : string.Join("; ", fold.Differences.Take(5)));
        report.Check("the loss is counted", missing == 0 || fold.Lost > 0, $"the store knows of {fold.Lost:N0} lost entries");
        report.Check("everything was committed", drained && fold.Uncommitted == 0, $"{fold.Uncommitted:N0} entries not committed");

        async Task Send(string run, Attempts attempts, Action atTheEnd)
        {
            Uri[] gateways = [.. cluster.Gateways.Select(gateway => gateway.Url)];
            var traffic = new ClusterTraffic(new TrafficPlan(run, Seed: 1, Customers, Producers: 4, Readers: 2), client, gateways, gateways, attempts);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var sending = traffic.Run(stop.Token, cancellation);
            await Task.Delay(duration, cancellation);
            await stop.CancelAsync();
            atTheEnd();
            await sending.WaitAsync(TimeSpan.FromMinutes(2), cancellation);
        }
    }
}
