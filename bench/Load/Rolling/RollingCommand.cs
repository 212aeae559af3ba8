using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.Rolling;

/// <summary><c>rolling</c>: a real cluster on Redis grows, shrinks and is restarted process by process under traffic; nothing may be lost, and every step's stall is shown.</summary>
internal static class RollingCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var defaults = new RollingPlan();
        var calm = new Option<double>("--calm") { Description = "Seconds of traffic after each step has come to rest.", DefaultValueFactory = _ => defaults.Calm.TotalSeconds };
        var only = new Option<string>("--only") { Description = "Only one part: scale (1 → 2 → 3 → 1 silos) or restart (every process in turn)." };
        only.AcceptOnlyFromAmong("scale", "restart");
        var partitions = new Option<int>("--partitions") { Description = "Partitions.", DefaultValueFactory = _ => defaults.Partitions };
        var producers = new Option<int>("--producers") { Description = "Producers at once, beside the shopper of each partition.", DefaultValueFactory = _ => defaults.Producers };
        var customers = new Option<int>("--customers") { Description = "Customers of the producers, uniform.", DefaultValueFactory = _ => defaults.Customers };
        var seed = new Option<ulong>("--seed") { Description = "Of the traffic.", DefaultValueFactory = _ => defaults.Seed };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables and the last line." };
        var command = new Command("rolling", "1 → 2 → 3 → 1 silos and a restart of every process under traffic: nothing lost, every step's stall.") { calm, only, partitions, producers, customers, seed, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("rolling");
            var run = new RollingRun(
                new RollingPlan
                {
                    Calm = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(calm), 0, 300)),
                    Scales = arguments.GetValue(only) != "restart",
                    Restarts = arguments.GetValue(only) != "scale",
                    Partitions = Math.Clamp(arguments.GetValue(partitions), 4, 256),
                    Producers = Math.Clamp(arguments.GetValue(producers), 0, 64),
                    Customers = Math.Clamp(arguments.GetValue(customers), 1, 1_000_000),
                    Seed = arguments.GetValue(seed),
                },
                report);
            await run.Run(cancellation);
            var code = report.Print(arguments.GetValue(json));
            if (!arguments.GetValue(json)) Console.WriteLine(run.Summary);
            return code;
        });
        return command;
    }
}
