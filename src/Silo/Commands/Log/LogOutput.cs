using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Personalization.Silo.Commands.Log;

/// <summary>What the <c>log</c> commands share: the engine's address, <c>--json</c>, tables, and how faults are told.</summary>
internal sealed class LogOutput
{
    private const int WidthWhereRedirected = 160;

    public EngineOptions Engine { get; } = new();

    public Option<bool> Json { get; } = new("--json") { Description = "Print the engine's answer as JSON instead of a table.", Recursive = true };

    /// <summary>Runs a command against the engine. Exit code 1 with the reason on the error stream if it refuses or does not answer.</summary>
    public async Task<int> Run(ParseResult arguments, Func<AdminClient, TextWriter, Task<int>> command)
    {
        try
        {
            using var http = Engine.Connect(arguments);
            return await command(new AdminClient(http), arguments.InvocationConfiguration.Output);
        }
        catch (AdminCallException fault)
        {
            await arguments.InvocationConfiguration.Error.WriteLineAsync(fault.Message);
            return 1;
        }
    }

    public static Table NewTable() => new Table().Border(TableBorder.Simple);

    public static void Write(Table table, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected) console.Profile.Width = WidthWhereRedirected;
        console.Write(table);
    }

    /// <summary>A member as a cell of a table; – where it is missing or null.</summary>
    public static string Text(JsonElement value, string member)
    {
        if (!value.TryGetProperty(member, out var found)) return "–";
        return found.ValueKind switch
        {
            JsonValueKind.Null => "–",
            JsonValueKind.String => found.GetString()!,
            JsonValueKind.Number when found.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
            JsonValueKind.Number => found.GetDouble().ToString("0.0", CultureInfo.InvariantCulture),
            _ => found.GetRawText(),
        };
    }
}
