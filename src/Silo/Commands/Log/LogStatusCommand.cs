using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Personalization.Silo.Commands.Log;

/// <summary><c>log status</c>: where each partition's log and owner stand.</summary>
internal static class LogStatusCommand
{
    /// <summary>The call that it shows.</summary>
    public const string Path = "v1/admin/log";

    private static readonly (string Title, string Member)[] Columns =
    [
        ("partition", "partition"), ("tail", "tail"), ("cursor", "cursor"), ("committed", "committed"), ("lag", "lag"), ("age s", "ageSeconds"),
        ("epoch", "epoch"), ("generation", "generation"), ("dirty", "dirty"), ("parked", "parked"), ("throttled", "throttled"), ("silo", "silo"),
    ];

    public static Command Create(LogOutput shared)
    {
        var command = new Command("status", "Show tail, cursor, committed position, lag and owner of every partition.");
        command.SetAction((arguments, cancellation) => shared.Run(arguments, async (admin, output) =>
        {
            var status = await admin.Get(Path, cancellation) ?? throw new AdminCallException("This engine has no log to show.");
            if (arguments.GetValue(shared.Json)) await output.WriteLineAsync(status.GetRawText());
            else Write(status, output);
            return 0;
        }));
        return command;
    }

    private static void Write(JsonElement status, TextWriter output)
    {
        var table = LogOutput.NewTable();
        foreach (var (title, member) in Columns)
            table.AddColumn(member is "epoch" or "generation" or "silo" ? new TableColumn(title) : new TableColumn(title).RightAligned());
        long lag = 0, entries = 0;
        foreach (var partition in status.GetProperty("partitions").EnumerateArray())
        {
            lag += partition.GetProperty("lag").GetInt64();
            entries += partition.GetProperty("tail").GetInt64();
            table.AddRow([.. Columns.Select(column => Markup.Escape(LogOutput.Text(partition, column.Member)))]);
        }

        LogOutput.Write(table, output);
        WriteConsumers(status, output);
        WriteParks(status, output);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entries} entries, {lag} not committed"));
    }

    /// <summary>Each consumer of the outbox over all partitions.</summary>
    private static void WriteConsumers(JsonElement status, TextWriter output)
    {
        var table = LogOutput.NewTable().AddColumn("consumer of the outbox").AddColumn(new TableColumn("partitions").RightAligned()).AddColumn(new TableColumn("not read").RightAligned())
            .AddColumn(new TableColumn("most in one partition").RightAligned());
        foreach (var consumer in Stored(status, "consumers").GroupBy(row => row.Member.GetProperty("consumer").GetString()!).OrderBy(rows => rows.Key, StringComparer.Ordinal))
        {
            var lags = consumer.Select(row => row.Member.GetProperty("lag").GetInt64()).ToList();
            table.AddRow(Markup.Escape(consumer.Key), Number(lags.Count), Number(lags.Sum()), Number(lags.Max()));
        }

        if (table.Rows.Count > 0) LogOutput.Write(table, output);
    }

    /// <summary>Each customer that does not answer.</summary>
    private static void WriteParks(JsonElement status, TextWriter output)
    {
        var table = LogOutput.NewTable().AddColumn("parked customer").AddColumn(new TableColumn("partition").RightAligned()).AddColumn(new TableColumn("from position").RightAligned());
        foreach (var (partition, park) in Stored(status, "parks")) table.AddRow(Markup.Escape(park.GetProperty("customerId").GetString()!), Number(partition), Number(park.GetProperty("from").GetInt64()));
        if (table.Rows.Count > 0) LogOutput.Write(table, output);
    }

    private static IEnumerable<(long Partition, JsonElement Member)> Stored(JsonElement status, string list) =>
        from partition in status.GetProperty("partitions").EnumerateArray()
        where partition.TryGetProperty("stored", out var stored) && stored.ValueKind == JsonValueKind.Object
        from member in partition.GetProperty("stored").GetProperty(list).EnumerateArray()
        select (partition.GetProperty("partition").GetInt64(), member);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
