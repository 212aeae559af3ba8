using System.CommandLine;
using System.Diagnostics;
using Personalization.Load.Hosting;
using Personalization.Load.Http;
using Personalization.Load.Reporting;
using Personalization.Load.Traffic;

namespace Personalization.Load.Scale;

/// <summary><c>scale</c>: many customers with one event each; the last ones must cost about what the first ones cost.</summary>
internal static class ScaleCommand
{
    private const int Connections = 16;
    private const int Batch = 100;
    private const int WarmUpCustomers = 20_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var customers = new Option<int>("--customers") { Description = "Customers.", DefaultValueFactory = _ => 300_000 };
        var part = new Option<int>("--part") { Description = "Customers timed together.", DefaultValueFactory = _ => 50_000 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("scale", "One event of each of many customers: the last part against the first.") { customers, part, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("scale");
            var count = Math.Clamp(arguments.GetValue(customers), 2, 5_000_000);
            await Run(count, Math.Clamp(arguments.GetValue(part), 1, count / 2), report, cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }

    private static async Task Run(int customers, int part, RunReport report, CancellationToken cancellation)
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartSystem(SystemKind.Engine, folder.Path, cancellation);
        report.Setting("customers", customers);
        report.Setting("events a request", Batch);
        report.Setting("connections", Connections);

        // Others first, so that what is compiled late is not charged to the first part.
        var warmUp = Population.Uniform("w", Math.Min(WarmUpCustomers, customers));
        await Post(server.Url, warmUp, "warm", 0, warmUp.Count, cancellation);
        var before = (await server.Ask<DurableState>("/bench/drain?seconds=120", cancellation)).Events;

        var table = report.Table("Parts", "customers up to", "seconds", "events/s", "server µs/event", "others busy %");
        var population = Population.Uniform("c", customers);
        var times = new List<double>();
        var cpu = new List<double>();
        var isComplete = true;
        var events = 0L;
        for (var first = 0; first + part <= customers; first += part)
        {
            var machine = MachineLoad.Sample();
            var use = await server.Use(cancellation);
            var client = Environment.CpuUsage.TotalTime;
            var started = Stopwatch.GetTimestamp();
            await Post(server.Url, population, "scale", first, part, cancellation);
            var drained = await server.Ask<DurableState>("/bench/drain?seconds=120", cancellation);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var used = (await server.Use(cancellation)).Since(use);
            var busy = MachineLoad.Sample().BusySince(machine) - ((used.CpuSeconds + (Environment.CpuUsage.TotalTime - client).TotalSeconds) / (seconds * Environment.ProcessorCount));
            isComplete &= drained.IsComplete;
            events = drained.Events - before;
            times.Add(seconds);
            cpu.Add(used.CpuSeconds);
            table.Row(first + part, seconds, part / seconds, used.CpuSeconds * 1e6 / part, Math.Max(0, busy) * 100);
        }

        var ratio = report.Table("Last part ÷ first part (promise: at most 1.3)", "time", "server's processor time");
        ratio.Row(times[^1] / times[0], cpu[^1] / cpu[0]);
        report.Check("committed = accepted", isComplete && events == (long)times.Count * part, $"{events:N0} events");
    }

    private static Task Post(Uri server, Population population, string run, int first, int count, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, Connections).Select(worker => Task.Run(() => PostSome(server, population, run, worker, first, count, cancellation), cancellation)));

    private static async Task PostSome(Uri server, Population population, string run, int worker, int first, int count, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.Connect(server, cancellation);
        using var door = new EventsDoor(connection);
        var shoppers = new Shoppers(population, $"{run}{first}", worker);
        var clicks = new List<Click>(Batch);
        for (var customer = first + worker; customer < first + count; customer += Connections)
        {
            clicks.Add(shoppers.Next(customer, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()));
            if (clicks.Count < Batch && customer + Connections < first + count) continue;
            await door.PostAll(clicks.ToArray(), cancellation);
            clicks.Clear();
        }
    }
}
