using System.Globalization;
using Spectre.Console;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>Writes a result as a table for people: a row a model, a column a metric, the parameters below.</summary>
internal static class ResultTable
{
    private const int WidthWhereRedirected = 160;

    public static void Write(EvaluationResult result, long badRows, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (!ReferenceEquals(output, Console.Out) || Console.IsOutputRedirected) console.Profile.Width = WidthWhereRedirected;

        var bad = badRows == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {badRows} left out");
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Task}: {result.Rows} rows{bad}"));

        string[] metrics = [.. result.Models.SelectMany(model => model.Metrics).Select(metric => metric.Key).Distinct()];
        var table = new Table().Border(TableBorder.Simple).AddColumn("model");
        foreach (var metric in metrics) table.AddColumn(new TableColumn(Markup.Escape(metric)).RightAligned());
        foreach (var model in result.Models)
        {
            var name = Markup.Escape(model.Name) + (model.Name == result.Best ? " [bold]*[/]" : "");
            table.AddRow([name, .. metrics.Select(metric => Markup.Escape(Find(model.Metrics, metric)))]);
        }

        console.Write(table);
        foreach (var model in result.Models.Where(model => model.Parameters.Count > 0))
            console.WriteLine($"{model.Name}: {string.Join(", ", model.Parameters.Select(p => $"{p.Key} {Format(p.Value)}"))}");
        if (result.Best is not null) console.WriteLine($"best: {result.Best}");
        foreach (var note in result.Notes) console.WriteLine(note);
    }

    public static string Format(double value) =>
        !double.IsFinite(value) ? "–"
        : value == Math.Floor(value) && Math.Abs(value) < 1e15 ? value.ToString("0", CultureInfo.InvariantCulture)
        : Math.Abs(value) >= 1000 ? value.ToString("0.00", CultureInfo.InvariantCulture)
        : value.ToString("G5", CultureInfo.InvariantCulture);

    public static string Find(IReadOnlyList<KeyValuePair<string, double>> figures, string name)
    {
        foreach (var (key, value) in figures)
        {
            if (key == name) return Format(value);
        }

        return "";
    }
}
