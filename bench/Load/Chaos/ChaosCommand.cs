using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.Chaos;

/// <summary><c>chaos</c>: a real cluster on Redis whose processes are killed and paused at random under traffic; nothing accepted may be missing or counted twice.</summary>
internal static class ChaosCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var defaults = new ChaosPlan();
        var seconds = new Option<double>("--seconds") { Description = "How long processes are killed and paused.", DefaultValueFactory = _ => defaults.Duration.TotalSeconds };
        var silos = new Option<int>("--silos") { Description = "Silos.", DefaultValueFactory = _ => defaults.Silos };
        var gateways = new Option<int>("--gateways") { Description = "Gateways without a silo.", DefaultValueFactory = _ => defaults.Gateways };
        var customers = new Option<int>("--customers") { Description = "Customers, uniform.", DefaultValueFactory = _ => defaults.Customers };
        var producers = new Option<int>("--producers") { Description = "Producers at once.", DefaultValueFactory = _ => defaults.Producers };
        var fsync = new Option<string>("--fsync") { Description = "What Redis waits for: always or everysec.", DefaultValueFactory = _ => defaults.Fsync };
        fsync.AcceptOnlyFromAmong("always", "everysec");
        var seed = new Option<ulong>("--seed") { Description = "Of the acts and their moments.", DefaultValueFactory = _ => defaults.Seed };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables and the last line." };
        var command = new Command("chaos", "Silos, gateways and Redis killed and paused at random under traffic: accepted = folded, each once.") { seconds, silos, gateways, customers, producers, fsync, seed, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("chaos");
            var run = new ChaosRun(
                new ChaosPlan
                {
                    Duration = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(seconds), 5, 3600)),
                    Silos = Math.Clamp(arguments.GetValue(silos), 1, 5),
                    Gateways = Math.Clamp(arguments.GetValue(gateways), 1, 5),
                    Customers = Math.Clamp(arguments.GetValue(customers), 1, 1_000_000),
                    Producers = Math.Clamp(arguments.GetValue(producers), 1, 64),
                    Fsync = arguments.GetValue(fsync)!,
                    Seed = arguments.GetValue(seed),
                },
                report);
            await run.Run(cancellation);
            var code = report.Print(arguments.GetValue(json));
            if (arguments.GetValue(json)) return code;
            Console.WriteLine(run.Summary);
            return code;
        });
        return command;
    }
}
