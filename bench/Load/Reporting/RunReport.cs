using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Personalization.Load.Reporting;

/// <summary>What a run found: tables of figures, and checks that either hold or do not.</summary>
internal sealed class RunReport(string command)
{
    private const int RedirectedWidth = 180;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<ReportTable> _tables = [];
    private readonly List<(string Name, bool Holds, string Detail)> _checks = [];
    private readonly List<(string Name, string Value)> _settings = [];
    private readonly MachineLoad _before = MachineLoad.Sample();
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;

    /// <summary>Whether all checks hold.</summary>
    public bool Holds => _checks.TrueForAll(check => check.Holds);

    /// <summary>The checks that do not hold, in words.</summary>
    public string Failures => string.Join(Environment.NewLine, _checks.Where(check => !check.Holds).Select(check => $"{check.Name}: {check.Detail}"));

    /// <summary>Notes how the run was made.</summary>
    public void Setting(string name, object value) => _settings.Add((name, Text(value)));

    /// <summary>Adds a table.</summary>
    public ReportTable Table(string title, params string[] columns)
    {
        var table = new ReportTable(title, columns);
        _tables.Add(table);
        return table;
    }

    /// <summary>Notes whether something that must hold does. The exit code is 1 if one does not.</summary>
    public void Check(string name, bool holds, string detail) => _checks.Add((name, holds, detail));

    /// <summary>Prints to the console, or as one JSON object to standard output.</summary>
    public int Print(bool json)
    {
        var others = $"{MachineLoad.Sample().BusySince(_before):P0} of the machine was busy, load average {MachineLoad.Average()}";
        if (json)
        {
            Console.Out.WriteLine(ToJson(others).ToJsonString(Indented));
            return Holds ? 0 : 1;
        }

        // A file or a pipe has no width: a table must not be cut for it.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = RedirectedWidth;
        AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(command)}[/]").LeftJustified());
        AnsiConsole.MarkupLineInterpolated($"{MachineLoad.Describe()}; {others}");
        AnsiConsole.MarkupLineInterpolated($"{string.Join(", ", _settings.Select(setting => $"{setting.Name} {setting.Value}"))}");
        foreach (var table in _tables) table.Print();
        foreach (var (name, holds, detail) in _checks) AnsiConsole.MarkupLine($"{(holds ? "[green]holds[/]" : "[red]DOES NOT HOLD[/]")} {Markup.Escape(name)}: {Markup.Escape(detail)}");
        return Holds ? 0 : 1;
    }

    internal static string Text(object? value) => value switch
    {
        null => "",
        double number when double.IsNaN(number) => "",
        double number when Math.Abs(number) >= 100 => number.ToString("N0", CultureInfo.InvariantCulture),
        double number => number.ToString("0.00", CultureInfo.InvariantCulture),
        long number => number.ToString("N0", CultureInfo.InvariantCulture),
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private JsonObject ToJson(string others) => new()
    {
        ["command"] = command,
        ["startedAt"] = _startedAt,
        ["machine"] = MachineLoad.Describe(),
        ["noise"] = others,
        ["settings"] = new JsonObject(_settings.Select(setting => KeyValuePair.Create(setting.Name, (JsonNode?)JsonValue.Create(setting.Value)))),
        ["tables"] = new JsonArray([.. _tables.Select(table => table.ToJson())]),
        ["checks"] = new JsonArray([.. _checks.Select(check => (JsonNode)new JsonObject { ["name"] = check.Name, ["holds"] = check.Holds, ["detail"] = check.Detail })]),
    };
}

/// <summary>A table of figures.</summary>
internal sealed class ReportTable(string title, string[] columns)
{
    private readonly List<object?[]> _rows = [];

    /// <summary>Adds a row, one cell a column.</summary>
    public void Row(params object?[] cells) => _rows.Add(cells.Length == columns.Length ? cells : throw new ArgumentException($"{title} has {columns.Length} columns", nameof(cells)));

    /// <summary>Prints it to the console.</summary>
    public void Print()
    {
        var table = new Table().Title(Markup.Escape(title)).Border(TableBorder.Simple);
        for (var i = 0; i < columns.Length; i++)
        {
            var column = new TableColumn(Markup.Escape(columns[i]));
            table.AddColumn(_rows.TrueForAll(row => row[i] is null or string) ? column : column.RightAligned());
        }

        foreach (var row in _rows) table.AddRow([.. row.Select(cell => Markup.Escape(RunReport.Text(cell)))]);
        AnsiConsole.Write(table);
    }

    /// <summary>As JSON: rows are objects by column.</summary>
    public JsonObject ToJson() => new()
    {
        ["title"] = title,
        ["rows"] = new JsonArray([.. _rows.Select(row => (JsonNode)new JsonObject(columns.Zip(row, (column, cell) => KeyValuePair.Create(column, ToNode(cell)))))]),
    };

    private static JsonNode? ToNode(object? cell) => cell switch
    {
        null => null,
        double number => double.IsFinite(number) ? JsonValue.Create(number) : null,
        long number => JsonValue.Create(number),
        int number => JsonValue.Create(number),
        _ => JsonValue.Create(RunReport.Text(cell)),
    };
}
