using System.CommandLine;
using Spectre.Console;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>
/// <c>evaluate</c>: runs the library's models on a user's own files and says how well each does on data it has not seen.
/// </summary>
/// <remarks>
/// The result goes to standard output (a table, or one JSON object with <c>--json</c>); progress and bad rows go to the error stream.
/// Exit code 0: evaluated; 1: the data cannot be evaluated, the reason is on the error stream.
/// </remarks>
public static class EvaluateCommand
{
    /// <summary>The evaluations offered, one sub-command each.</summary>
    public static IReadOnlyList<IEvaluation> Evaluations { get; } =
    [
        new SessionsEvaluation(),
        new LifetimeEvaluation(),
        new Learning.ClassificationEvaluation(),
        new Learning.BanditEvaluation(),
    ];

    /// <summary>The command with all its sub-commands.</summary>
    public static Command Create() => Create(Evaluations);

    /// <summary>The command with the given sub-commands.</summary>
    public static Command Create(IEnumerable<IEvaluation> evaluations)
    {
        ArgumentNullException.ThrowIfNull(evaluations);
        var command = new Command("evaluate", "Evaluates the models on your own data, offline.");
        foreach (var evaluation in evaluations) command.Subcommands.Add(CreateOne(evaluation));
        return command;
    }

    private static Command CreateOne(IEvaluation evaluation)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of a table." };
        var report = new Option<FileInfo?>("--report") { Description = "Write an HTML report with plots that opens without a network.", HelpName = "file.html" };
        var command = new Command(evaluation.Name, evaluation.Description);
        foreach (var option in evaluation.Options) command.Options.Add(option);
        command.Options.Add(json);
        command.Options.Add(report);
        command.SetAction((arguments, cancellation) =>
        {
            var output = arguments.InvocationConfiguration.Output;
            var error = arguments.InvocationConfiguration.Error;
            return Task.FromResult(Run(evaluation, arguments, arguments.GetValue(json), arguments.GetValue(report), output, error, cancellation));
        });
        return command;
    }

    private static int Run(
        IEvaluation evaluation, ParseResult arguments, bool json, FileInfo? report, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        try
        {
            var run = new EvaluationRun(error, showProgress: !Console.IsErrorRedirected);
            var result = evaluation.Evaluate(arguments, run, cancellation);
            run.TellBadRows();
            if (json) ResultJson.Write(result, output);
            else ResultTable.Write(result, run.BadRows, output);
            if (report is not null)
            {
                File.WriteAllText(report.FullName, HtmlReport.Render(result));
                error.WriteLine($"Report written to {report.FullName}");
            }

            return 0;
        }
        catch (Exception failure) when (failure is EvaluationException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine(failure.Message);
            return 1;
        }
    }
}
