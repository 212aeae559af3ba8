using System.CommandLine;
using Personalization.Load.Hosting;
using Personalization.Load.Reporting;

namespace Personalization.Load.Ingest;

/// <summary><c>ingest</c>: events per second that are durable, applied and committed, beside a grain that writes its state per event.</summary>
internal static class IngestCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var storage = new Option<string>("--storage") { Description = "Where the engine keeps its log and state.", DefaultValueFactory = _ => "sqlite" };
        storage.AcceptOnlyFromAmong("sqlite", "memory", "redis");
        var fsync = new Option<string>("--fsync") { Description = "On Redis: what it waits for before it answers.", DefaultValueFactory = _ => "always" };
        fsync.AcceptOnlyFromAmong("always", "everysec");
        var customers = new Option<int>("--customers") { Description = "Customers.", DefaultValueFactory = _ => 100_000 };
        var zipf = new Option<double>("--zipf") { Description = "Customer of rank r comes in proportion to 1/r^z.", DefaultValueFactory = _ => 1 };
        var uniform = new Option<int?>("--uniform") { Description = "So many customers instead, all equally often." };
        var seconds = new Option<double>("--seconds") { Description = "How long one measurement sends.", DefaultValueFactory = _ => 15 };
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured; the systems take turns.", DefaultValueFactory = _ => 3 };
        var connections = new Option<int>("--connections") { Description = "HTTP connections.", DefaultValueFactory = _ => 64 };
        var callers = new Option<int>("--callers") { Description = "Callers in process.", DefaultValueFactory = _ => 512 };
        var batch = new Option<int>("--batch") { Description = "Events a request at the door of batches.", DefaultValueFactory = _ => 32 };
        var doors = new Option<Door[]>("--doors") { Description = "Which doors.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => Enum.GetValues<Door>() };
        var systems = new Option<SystemKind[]>("--systems") { Description = "Which systems; by default the engine and all that there are beside it on this storage.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        var silos = new Option<int[]>("--silos") { Description = "On Redis: the engine on so many silos too, 2 or 3, beside one.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
        silos.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int[]>()!.Any(count => count is not (2 or 3))) result.AddError("--silos takes 2 and 3");
        });
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };

        var command = new Command("ingest", "Durable, applied and committed events per second, and the baseline behind the same doors in the same run.")
        {
            storage, fsync, customers, zipf, uniform, seconds, rounds, connections, callers, batch, doors, systems, silos, json,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("ingest");
            var kind = Enum.Parse<IngestStorage>(arguments.GetValue(storage)!, ignoreCase: true);
            SystemKind[] beside = kind == IngestStorage.Redis ? [SystemKind.Baseline, SystemKind.RawStream] : [SystemKind.Baseline, SystemKind.GroupedBaseline];
            SystemKind[] more = kind == IngestStorage.Redis ? [.. arguments.GetValue(silos)!.Distinct().Order().Select(count => count == 2 ? SystemKind.TwoSilos : SystemKind.ThreeSilos)] : [];
            var run = new IngestRun(
                new IngestPlan
                {
                    Storage = kind,
                    Fsync = arguments.GetValue(fsync)!,
                    Customers = arguments.GetValue(uniform) ?? arguments.GetValue(customers),
                    Zipf = arguments.GetValue(uniform) is null ? arguments.GetValue(zipf) : 0,
                    Duration = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(seconds), 0.5, 120)),
                    Rounds = Math.Clamp(arguments.GetValue(rounds), 1, 20),
                    Connections = Math.Clamp(arguments.GetValue(connections), 1, 1024),
                    Callers = Math.Clamp(arguments.GetValue(callers), 1, 10_000),
                    Batch = Math.Clamp(arguments.GetValue(batch), 1, 1000),
                    Doors = arguments.GetValue(doors)!,
                    Systems = arguments.GetValue(systems) is { Length: > 0 } asked ? [.. asked, .. more] : [SystemKind.Engine, .. more, .. beside],
                },
                report);
            await run.Run(cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }
}
