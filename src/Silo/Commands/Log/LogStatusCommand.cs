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
        ("epoch", "epoch"), ("generation", "generation"), ("dirty", "dirty"), ("parked", "parked"), ("silo", "silo"),
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
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entries} entries, {lag} not committed"));
    }
}
