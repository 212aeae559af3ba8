using System.CommandLine;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>The options and the output that <c>evaluate</c> and <c>simulate</c> share: a table or JSON, and a report.</summary>
internal sealed class ResultOutput
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object instead of a table." };
    private readonly Option<string?> _report = new("--report") { Description = "Write an HTML report with plots that opens without a network.", HelpName = "file.html" };

    /// <summary>The options.</summary>
    public IReadOnlyList<Option> Options => [_json, _report];

    /// <summary>Writes what was found.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="run">How: its files and the rows left out.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="time">When.</param>
    public void Write(EvaluationResult result, EvaluationRun run, ParseResult arguments, TimeProvider time)
    {
        run.TellBadRows();
        var output = arguments.InvocationConfiguration.Output;
        if (arguments.GetValue(_json)) ResultJson.Write(result, output);
        else ResultTable.Write(result, run.BadRows, output);
        if (arguments.GetValue(_report) is not { } report) return;
        var path = Path.GetFullPath(report);
        File.WriteAllText(path, HtmlReport.Render(result, string.Join(' ', arguments.Tokens.Select(token => Quoted(token.Value))), run.Files, time.GetUtcNow()));
        arguments.InvocationConfiguration.Error.WriteLine($"Report written to {path}");
    }

    private static string Quoted(string token) => token.Contains(' ', StringComparison.Ordinal) ? $"'{token}'" : token;
}
