using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.Decide;

/// <summary><c>decide</c>: next best actions beside an empty grain call over HTTP in the same run, with the record durable and stubbed, and latencies under writes.</summary>
internal static class DecideCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var candidates = new Option<int[]>("--candidates") { Description = "Sizes of the action library.", DefaultValueFactory = _ => [100, 1000], AllowMultipleArgumentsPerToken = true };
        var customers = new Option<int>("--customers") { Description = "Customers.", DefaultValueFactory = _ => 20_000 };
        var connections = new Option<int>("--connections") { Description = "HTTP connections.", DefaultValueFactory = _ => 32 };
        var seconds = new Option<double>("--seconds") { Description = "How long each measurement takes.", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "How often each is made.", DefaultValueFactory = _ => 3 };
        var rate = new Option<double>("--rate") { Description = "Decisions a second of the open loop.", DefaultValueFactory = _ => 1000 };
        var writes = new Option<double>("--writes") { Description = "Events a second that are written meanwhile.", DefaultValueFactory = _ => 200 };
        var records = new Option<string[]>("--record") { Description = "What becomes of the record of a decision.", DefaultValueFactory = _ => ["stubbed", "durable"], AllowMultipleArgumentsPerToken = true };
        records.AcceptOnlyFromAmong("stubbed", "durable");
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("decide", "Decisions beside an empty grain call over HTTP; latencies under writes, open loop.") { candidates, customers, connections, seconds, rounds, rate, writes, records, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("decide");
            var plan = new DecidePlan
            {
                Candidates = [.. arguments.GetValue(candidates)!.Select(count => Math.Clamp(count, 1, 10_000))],
                Customers = Math.Clamp(arguments.GetValue(customers), 1, 1_000_000),
                Connections = Math.Clamp(arguments.GetValue(connections), 1, 512),
                Duration = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(seconds), 0.2, 120)),
                Rounds = Math.Clamp(arguments.GetValue(rounds), 1, 20),
                Rate = Math.Clamp(arguments.GetValue(rate), 1, 100_000),
                Stubbed = [.. arguments.GetValue(records)!.Select(record => record == "stubbed")],
                Writes = Math.Clamp(arguments.GetValue(writes), 1, 100_000),
            };
            await new DecideRun(plan, report).Run(cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }
}
