using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.Kill;

/// <summary><c>kill</c>: a soak in which the real process is killed at random moments; nothing accepted may be missing or counted twice.</summary>
internal static class KillCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var kills = new Option<int>("--kills") { Description = "How often the process is killed with SIGKILL.", DefaultValueFactory = _ => 10 };
        var most = new Option<double>("--seconds") { Description = "It lives between a tenth of this and this long each time.", DefaultValueFactory = _ => 4 };
        var customers = new Option<int>("--customers") { Description = "Customers, by Zipf(0.5).", DefaultValueFactory = _ => 5_000 };
        var producers = new Option<int>("--producers") { Description = "Producers at once.", DefaultValueFactory = _ => 8 };
        var seed = new Option<ulong>("--seed") { Description = "Of the moments.", DefaultValueFactory = _ => 1 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("kill", "Kill -9 at random while events come in: accepted = folded.") { kills, most, customers, producers, seed, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("kill");
            var run = new KillRun(
                Math.Clamp(arguments.GetValue(kills), 0, 1000),
                TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(most), 0.2, 60)),
                Math.Clamp(arguments.GetValue(customers), 1, 1_000_000),
                Math.Clamp(arguments.GetValue(producers), 1, 64),
                arguments.GetValue(seed),
                report);
            await run.Run(cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }
}
