using System.CommandLine;
using System.Globalization;
using Personalization.Load.Hosting;
using Personalization.Load.Reporting;

namespace Personalization.Load.Memory;

/// <summary><c>memory</c>: what an active customer costs, activation included.</summary>
internal static class MemoryCommand
{
    private const double Kibi = 1024;
    private const int PromisedKibi = 12;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var customers = new Option<int>("--customers") { Description = "Customers.", DefaultValueFactory = _ => 100_000 };
        var events = new Option<int>("--events") { Description = "Events of each.", DefaultValueFactory = _ => 50 };
        var days = new Option<double>("--days") { Description = "Over how many days of event time they are spread, in visits of ten events.", DefaultValueFactory = _ => 30 };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables." };
        var command = new Command("memory", "Heap per active customer: full, and after all customers were collected.") { customers, events, days, json };
        command.SetAction(async (arguments, cancellation) =>
        {
            var report = new RunReport("memory");
            await Run(Math.Clamp(arguments.GetValue(customers), 1, 2_000_000), Math.Clamp(arguments.GetValue(events), 1, 10_000), Math.Clamp(arguments.GetValue(days), 0, 90), report, cancellation);
            return report.Print(arguments.GetValue(json));
        });
        return command;
    }

    private static async Task Run(int customers, int events, double days, RunReport report, CancellationToken cancellation)
    {
        report.Setting("customers", customers);
        report.Setting("events of each", events);
        report.Setting("days of event time", days);
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartSystem(SystemKind.Engine, folder.Path, cancellation, "--Personalization:Owner:CustomerIdle", "06:00:00", "--Personalization:Clock", "Event");

        // A few customers first, and away with them: what is made once is not charged to the customers.
        await Fill(server, "warm", Math.Min(customers, 1000), events, days, cancellation);
        await Collect(server, cancellation);
        var before = await server.Ask<HeapState>("/bench/heap", cancellation);
        var sent = await Fill(server, "c", customers, events, days, cancellation);
        var full = await server.Ask<HeapState>("/bench/heap", cancellation);
        await Collect(server, cancellation);
        var after = await server.Ask<HeapState>("/bench/heap", cancellation);

        var table = report.Table("Memory after full, compacting collections", "when", "customers active", "heap MiB", "working set MiB");
        foreach (var (when, state) in new[] { ("before", before), ("all active", full), ("all collected", after) })
            table.Row(when, state.Activations, state.HeapBytes / Kibi / Kibi, state.WorkingSet / Kibi / Kibi);

        var active = full.Activations - after.Activations;
        var each = report.Table($"KiB per active customer (promise: at most {PromisedKibi})", "heap, active − collected", "heap, active − before", "working set, active − before");
        each.Row(
            (full.HeapBytes - after.HeapBytes) / Kibi / active, (full.HeapBytes - before.HeapBytes) / Kibi / active, (full.WorkingSet - before.WorkingSet) / Kibi / active);

        var disk = report.Table("On disk", "file", "MiB", "bytes per event");
        foreach (var file in new DirectoryInfo(folder.Path).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
            disk.Row(file.Name, file.Length / Kibi / Kibi, file.Length / (double)sent);

        report.Check("every customer was active", full.Activations >= customers, $"{full.Activations:N0} activations of {customers:N0} customers");
        report.Check("every customer was collected", after.Activations == 0, $"{after.Activations:N0} activations are left");
    }

    /// <summary>Sends all customers out of the memory; one that is called meanwhile (a wake-up, a late acknowledgement) needs another try.</summary>
    private static async Task Collect(ServerProcess server, CancellationToken cancellation)
    {
        for (var tries = 0; tries < 20 && await server.Ask<int>("/bench/collect", cancellation) > 0; tries++)
            await Task.Delay(TimeSpan.FromSeconds(1), cancellation);
    }

    private static async Task<long> Fill(ServerProcess server, string prefix, int customers, int events, double days, CancellationToken cancellation)
    {
        var before = (await server.Ask<DurableState>("/bench/drain?seconds=60", cancellation)).Events;
        var sent = await server.Ask<long>(
            string.Create(CultureInfo.InvariantCulture, $"/bench/fill?run={prefix}&prefix={prefix}&customers={customers}&events={events}&days={days}"), cancellation);
        var drained = await server.Ask<DurableState>("/bench/drain?seconds=600", cancellation);
        return drained.IsComplete && drained.Events - before == sent
            ? sent
            : throw new InvalidOperationException($"sent {sent:N0} events, committed {drained.Events - before:N0}");
    }
}
