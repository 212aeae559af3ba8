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
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Task}: {result.Rows} {result.Unit}{bad}"));

        // Models that are measured by other things (purchases, their value) get a table of their own.
        foreach (var group in Groups(result)) console.Write(TableOf(group, result.Best));
        foreach (var model in result.Models.Where(model => model.Parameters.Count > 0))
            console.WriteLine($"{model.Name}: {string.Join(", ", model.Parameters.Select(p => $"{p.Key} {Format(p.Value)}"))}");
        if (result.Best is not null) console.WriteLine($"best: {result.Best}");
        console.WriteLine($"verdict: {result.VerdictOrNone}");
        foreach (var note in result.Notes) console.WriteLine(note);
    }

    /// <summary>The models that share a table: those whose first metric is the same.</summary>
    public static IEnumerable<IReadOnlyList<EvaluatedModel>> Groups(EvaluationResult result) => result.Models
        .Where(model => model.Metrics.Count > 0)
        .GroupBy(model => model.Metrics[0].Key)
        .Select(group => (IReadOnlyList<EvaluatedModel>)[.. group]);

    private static Table TableOf(IReadOnlyList<EvaluatedModel> models, string? best)
    {
        string[] metrics = [.. models.SelectMany(model => model.Metrics).Select(metric => metric.Key).Distinct()];
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("model").NoWrap());
        foreach (var metric in metrics) table.AddColumn(new TableColumn(Markup.Escape(metric)).RightAligned());
        foreach (var model in models)
        {
            var name = Markup.Escape(model.Name) + (model.Name == best ? " [bold]*[/]" : "");
            table.AddRow([name, .. metrics.Select(metric => Markup.Escape(Find(model.Metrics, metric)))]);
        }

        return table;
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
