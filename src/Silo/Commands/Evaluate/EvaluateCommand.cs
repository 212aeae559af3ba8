using System.CommandLine;
using Personalization.Silo.Commands.Tables;

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
        var results = new ResultOutput();
        var command = new Command(evaluation.Name, evaluation.Description);
        foreach (var option in evaluation.Options.Concat(results.Options)) command.Options.Add(option);
        command.SetAction((arguments, cancellation) => Task.FromResult(Run(evaluation, results, arguments, cancellation)));
        return command;
    }

    private static int Run(IEvaluation evaluation, ResultOutput results, ParseResult arguments, CancellationToken cancellation)
    {
        var error = arguments.InvocationConfiguration.Error;
        using var run = new EvaluationRun(error, showProgress: !Console.IsErrorRedirected);
        try
        {
            results.Write(evaluation.Evaluate(arguments, run, cancellation), run, arguments, TimeProvider.System);
            return 0;
        }
        catch (Exception failure) when (failure is EvaluationException or TableException or IOException or UnauthorizedAccessException)
        {
            run.Dispose();
            error.WriteLine(failure.Message);
            return 1;
        }
    }
}
