using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Personalization.Silo.Commands.Log;

/// <summary><c>log dead-letters</c>: entries that the fold rejected, to be looked at, tried again or given up.</summary>
internal static class DeadLettersCommand
{
    private const string Path = "v1/admin/log/dead-letters";

    private static readonly (string Title, string Member)[] Columns =
        [("partition", "partition"), ("position", "position"), ("appended", "loggedAt"), ("customer", "customerId"), ("event", "eventId"), ("state", "state"), ("reason", "reason")];

    public static Command Create(LogOutput shared) => new("dead-letters", "Look at entries that were set aside, try them again, or give them up.")
    {
        List(shared), Show(shared), Redrive(shared), Discard(shared),
    };

    private static Command List(LogOutput shared)
    {
        var command = new Command("list", "List the dead letters of all partitions.");
        command.SetAction((arguments, cancellation) => shared.Run(arguments, async (admin, output) =>
        {
            var letters = new List<JsonElement>();
            string? cursor = null;
            do
            {
                var page = await admin.Get(cursor is null ? Path : $"{Path}?cursor={Uri.EscapeDataString(cursor)}", cancellation)
                    ?? throw new AdminCallException("This engine has no dead letters to list.");
                letters.AddRange(page.GetProperty("deadLetters").EnumerateArray());
                cursor = page.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
            }
            while (cursor is not null);

            if (arguments.GetValue(shared.Json)) await output.WriteLineAsync(JsonSerializer.Serialize(letters));
            else Write(letters, output);
            return 0;
        }));
        return command;
    }

    private static Command Show(LogOutput shared) => Named(shared, "show", "Show one dead letter with its entry.", (admin, path, cancellation) => admin.Get(path, cancellation), (letter, output) =>
    {
        foreach (var member in letter.EnumerateObject()) output.WriteLine($"{member.Name}: {LogOutput.Text(letter, member.Name)}");
    });

    private static Command Redrive(LogOutput shared) => Named(
        shared, "redrive", "Append the entry of a dead letter again; what it means by now decides whether it has effect.",
        (admin, path, cancellation) => admin.Post($"{path}/redrive", cancellation), (answer, output) => output.WriteLine($"appended again at position {LogOutput.Text(answer, "position")}"));

    private static Command Discard(LogOutput shared) => Named(
        shared, "discard", "Give a dead letter up: it is removed.", (admin, path, cancellation) => admin.Delete(path, cancellation), (_, output) => output.WriteLine("discarded"));

    private static Command Named(
        LogOutput shared, string name, string description, Func<AdminClient, string, CancellationToken, Task<JsonElement?>> call, Action<JsonElement, TextWriter> write)
    {
        var partition = new Argument<int>("partition") { Description = "Its partition, as listed." };
        var position = new Argument<long>("position") { Description = "Its position, as listed." };
        var command = new Command(name, description) { partition, position };
        command.SetAction((arguments, cancellation) => shared.Run(arguments, async (admin, output) =>
        {
            var (p, at) = (arguments.GetValue(partition), arguments.GetValue(position));
            var answer = await call(admin, string.Create(CultureInfo.InvariantCulture, $"{Path}/{p}/{at}"), cancellation)
                ?? throw new AdminCallException($"There is no open dead letter in partition {p} at position {at}.");
            if (arguments.GetValue(shared.Json)) await output.WriteLineAsync(answer.GetRawText());
            else write(answer, output);
            return 0;
        }));
        return command;
    }

    private static void Write(List<JsonElement> letters, TextWriter output)
    {
        var table = LogOutput.NewTable();
        foreach (var (title, _) in Columns) table.AddColumn(title);
        foreach (var letter in letters) table.AddRow([.. Columns.Select(column => Markup.Escape(LogOutput.Text(letter, column.Member)))]);
        LogOutput.Write(table, output);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{letters.Count} dead letters"));
    }
}
