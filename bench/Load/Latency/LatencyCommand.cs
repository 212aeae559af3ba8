using System.CommandLine;
using Personalization.Load.Reporting;

namespace Personalization.Load.Latency;

/// <summary><c>latency</c>: from an event's acceptance to the first answer that shows it.</summary>
internal static class LatencyCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var storage = new Option<string>("--storage") { Description = "sqlite (durable) or redis (a server of the run's own).", DefaultValueFactory = _ => "sqlite" };
        storage.AcceptOnlyFromAmong("sqlite", "redis");
        var fsync = new Option<string>("--fsync") { Description = "What Redis waits for before it answers: always or everysec.", DefaultValueFactory = _ => "always" };
        fsync.AcceptOnlyFromAmong("always", "everysec");
        var rate = new Option<double?>("--rate") { Description = "Events per second; without it half of the full rate, which is measured first." };
        var seconds = new Option<double>("--seconds") { Description = "How long.", DefaultValueFactory = _ => 20 };
        var probes = new Option<double>("--probes") { Description = "Events per second that are followed.", DefaultValueFactory = _ => 200 };
        var customers = new Option<int>("--customers") { Description = "Customers of the other events, by Zipf(1).", DefaultValueFactory = _ => 100_000 };
        var connections = new Option<int>("--connections") { Description = "HTTP connections of the other events.", DefaultValueFactory = _ => 64 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("latency", "Click to effect at half of the full load, open loop, beside an empty call in the same run.")
        {
            storage, fsync, rate, seconds, probes, customers, connections, json,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("latency");
            var plan = new LatencyPlan
            {
                RedisFsync = arguments.GetValue(storage) == "redis" ? arguments.GetValue(fsync) : null,
                Rate = arguments.GetValue(rate) is { } given ? Math.Clamp(given, 1, 1_000_000) : null,
                Duration = TimeSpan.FromSeconds(Math.Clamp(arguments.GetValue(seconds), 0.5, 300)),
                Probes = Math.Clamp(arguments.GetValue(probes), 2, 10_000),
                Customers = Math.Clamp(arguments.GetValue(customers), 1, 10_000_000),
                Connections = Math.Clamp(arguments.GetValue(connections), 4, 1024),
            };
            await new LatencyRun(plan, report).Run(cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }
}
