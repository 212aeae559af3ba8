using System.Globalization;
using System.Text.Json;
using Personalization.Load.Reporting;

namespace Personalization.Load.Chaos;

/// <summary>
/// Traffic on a real cluster whose processes are killed and paused at random; then everything is let come to rest, the log is folded on one thread, and every customer compared.
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
        await using var cluster = await ChaosCluster.Start(plan, cancellation);
        Uri[] gateways = [.. cluster.Gateways.Select(gateway => gateway.Url)];
        Uri[] all = [.. gateways, .. cluster.Silos.Select(silo => silo.Url)];
        using var clients = new Clients(plan, gateways, all, attempts);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var traffic = clients.Run(stop.Token, cancellation);
        var mischief = new Mischief(plan, cluster);
        await mischief.Run(cancellation);
        await cluster.WaitUntilReady(cancellation);
        await stop.CancelAsync();
        await traffic.WaitAsync(RestLimit, cancellation);
        var drained = await Drain(gateways[0], cancellation);
        await cluster.StopEngines();

        var fold = await LogFold.Run(cluster.Options, cancellation);
        var lost = attempts.Accepted.Count(id => !fold.Folded.ContainsKey(id)) + fold.Missing;
        var doubled = fold.Folded.Values.Sum(times => times - 1) + fold.Doubled;
        var stranger = fold.Folded.Keys.FirstOrDefault(id => !attempts.Attempted.Contains(id));
        var stall = attempts.LongestWrite > attempts.LongestRead ? attempts.LongestWrite : attempts.LongestRead;

        report.Setting("seconds", plan.Duration.TotalSeconds);
        report.Setting("seed", plan.Seed);
        report.Setting("appendfsync", plan.Fsync);
        report.Setting("customers", plan.Customers);
        report.Setting("producers", plan.Producers);
        report.Setting("partitions", plan.Partitions);
        var traffics = report.Table("Traffic", "events attempted", "accepted", "requests sent again", "reads", "longest write s", "longest read s", "entries in the log");
        traffics.Row(attempts.Attempted.Count, attempts.Accepted.Count, attempts.Repeats, attempts.Reads, attempts.LongestWrite.TotalSeconds, attempts.LongestRead.TotalSeconds, fold.Entries);
        var acts = report.Table("Acts", "act", "times");
        foreach (var (act, times) in mischief.Acts.OrderBy(act => act.Key, StringComparer.Ordinal)) acts.Row(act, times);
        var starts = report.Table("Processes", "process", "starts");
        foreach (var process in cluster.Processes) starts.Row(process.Name, process.Starts);

        report.Check("accepted events are folded", lost == 0, $"{attempts.Accepted.Count:N0} accepted, {lost:N0} missing; the store knows of {fold.Lost:N0} lost entries");
        report.Check("no event is folded twice", doubled == 0, $"{doubled:N0} too many");
        report.Check("only what was sent is folded", stranger is null, stranger ?? "nothing else");
        report.Check("every stored profile is the fold of the log", fold.Differences.Count == 0, fold.Differences.Count == 0 ? $"{fold.Customers:N0} customers" : string.Join("; ", fold.Differences.Take(5)));
        report.Check("everything was committed", drained && fold.Uncommitted == 0, $"{fold.Uncommitted:N0} entries not committed");
        Summary = string.Create(
            CultureInfo.InvariantCulture,
            $"accepted {attempts.Accepted.Count}, folded {fold.Folded.Count}, lost {lost}, doubled {doubled}, dead-lettered {fold.DeadLetters}, parked {fold.Parked}, kills {mischief.Kills}, longest stall {stall.TotalSeconds:0.0} s");
    }

    /// <summary>Waits until everything that was accepted is committed.</summary>
    private static async Task<bool> Drain(Uri gateway, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(1) };
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
}
