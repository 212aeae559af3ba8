using System.Globalization;
using System.Net;
using System.Text;
using Personalization.Silo.Hosting;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>
/// Renders a result as one HTML file with inline SVG: no script, no font, no image from elsewhere, so that it opens without a network.
/// </summary>
internal static class HtmlReport
{
    private const string Style =
        """
        body{font:15px/1.5 system-ui,sans-serif;color:#1d2733;background:#fff;max-width:64rem;margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
        .verdict{font-size:1.1rem;font-weight:600}.head{color:#5b6875}.head code{overflow-wrap:anywhere}.wide{overflow-x:auto}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums}
        th,td{padding:.3rem .8rem;border-bottom:1px solid #dfe5ec;text-align:right}
        th:first-child,td:first-child{text-align:left}
        tr.best td{background:#eef7ee;font-weight:600}
        figure{margin:1.5rem 0}svg{max-width:100%;height:auto}
        @media (prefers-color-scheme:dark){body{background:#14181d;color:#d8dee6}th,td{border-color:#2c343d}tr.best td{background:#1d2f20}.head{color:#93a0ad}}
        """;

    /// <summary>The page.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="command">The command line that found it.</param>
    /// <param name="files">The files that it read.</param>
    /// <param name="at">When.</param>
    public static string Render(EvaluationResult result, string command, IReadOnlyList<string> files, DateTimeOffset at)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Text(result.Task)}</title>");
        html.Append(CultureInfo.InvariantCulture, $"<meta name=\"viewport\" content=\"width=device-width\"><style>{Style}</style></head><body>");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Text(char.ToUpperInvariant(result.Task[0]) + result.Task[1..])}</h1>");
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"verdict\">{Text(result.VerdictOrNone)}</p><p class=\"head\">");
        if (files.Count > 0) html.Append(CultureInfo.InvariantCulture, $"{Text(string.Join(", ", files.Select(Path.GetFileName)))}: ");
        html.Append(CultureInfo.InvariantCulture, $"{result.Rows} {Text(result.Unit)}. {at:yyyy-MM-dd HH:mm} UTC, Personalization {Text(StartBanner.Version)}.<br><code>{Text(command)}</code></p>");
        foreach (var note in result.Notes) html.Append(CultureInfo.InvariantCulture, $"<p>{Text(note)}</p>");

        foreach (var group in ResultTable.Groups(result)) AppendTable(html, "Measures", result.Best, group, model => model.Metrics);
        foreach (var group in ResultTable.Groups(result)) AppendTable(html, "Parameters", result.Best, group, model => model.Parameters);
        foreach (var plot in result.Plots)
            html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(plot.Title)}</h2><figure>{SvgPlot.Render(plot)}</figure>");
        return html.Append("</body></html>\n").ToString();
    }

    private static void AppendTable(
        StringBuilder html,
        string title,
        string? best,
        IReadOnlyList<EvaluatedModel> group,
        Func<EvaluatedModel, IReadOnlyList<KeyValuePair<string, double>>> figures)
    {
        EvaluatedModel[] models = [.. group.Where(model => figures(model).Count > 0)];
        string[] names = [.. models.SelectMany(figures).Select(figure => figure.Key).Distinct()];
        if (names.Length == 0) return;
        html.Append(CultureInfo.InvariantCulture, $"<h2>{Text(title)}</h2><div class=\"wide\"><table><tr><th>model</th>");
        foreach (var name in names) html.Append(CultureInfo.InvariantCulture, $"<th>{Text(name)}</th>");
        html.Append("</tr>");
        foreach (var model in models)
        {
            html.Append(model.Name == best ? "<tr class=\"best\">" : "<tr>");
            html.Append(CultureInfo.InvariantCulture, $"<td>{Text(model.Name)}</td>");
            foreach (var name in names) html.Append(CultureInfo.InvariantCulture, $"<td>{Text(ResultTable.Find(figures(model), name))}</td>");
            html.Append("</tr>");
        }

        html.Append("</table></div>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
