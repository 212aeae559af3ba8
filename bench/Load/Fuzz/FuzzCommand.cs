using System.CommandLine;
using Personalization.Load.Hosting;
using Personalization.Load.Reporting;

namespace Personalization.Load.Fuzz;

/// <summary><c>fuzz</c>: mutated requests of every call of the contract to a real engine: no failure, no hang, flat memory, no accepted event that is set aside.</summary>
internal static class FuzzCommand
{
    private const double Mebi = 1 << 20;
    private const double MaxGrowthMebi = 64;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var defaults = new FuzzPlan();
        var requests = new Option<int>("--requests") { Description = "Requests.", DefaultValueFactory = _ => defaults.Requests };
        var connections = new Option<int>("--connections") { Description = "Connections.", DefaultValueFactory = _ => defaults.Connections };
        var seed = new Option<int>("--seed") { Description = "Of the requests.", DefaultValueFactory = _ => defaults.Seed };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("fuzz", "Mutated requests of every call: no 5xx, no hang, flat memory, no accepted event that becomes a dead letter.") { requests, connections, seed, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("fuzz");
            var plan = new FuzzPlan
            {
                Requests = Math.Clamp(arguments.GetValue(requests), 100, 5_000_000),
                Connections = Math.Clamp(arguments.GetValue(connections), 1, 64),
                Seed = arguments.GetValue(seed),
            };
            await Run(plan, report, cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }

    private static async Task Run(FuzzPlan plan, RunReport report, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartSystem(SystemKind.Engine, folder.Path, cancellation);
        HeapState? quarter = null;
        await new FuzzRun(plan, report).Run(server.Url, async () => quarter = await server.Ask<HeapState>("/bench/heap", cancellation), cancellation);
        var end = await server.Ask<HeapState>("/bench/heap", cancellation);
        var table = report.Table("Memory after full, compacting collections", "when", "customers active", "heap MiB", "working set MiB");
        foreach (var (when, state) in new[] { ("after a quarter", quarter!), ("at the end", end) }) table.Row(when, state.Activations, state.HeapBytes / Mebi, state.WorkingSet / Mebi);
        var growth = (end.HeapBytes - quarter!.HeapBytes) / Mebi;
        report.Check("memory is flat", growth < MaxGrowthMebi, $"the heap grew by {growth:0.0} MiB over the last three quarters");
    }
}
