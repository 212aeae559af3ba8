using System.CommandLine;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>
/// One kind of evaluation of a user's own data: a sub-command of <c>evaluate</c>. It declares its options, reads its files through
/// <see cref="EvaluationRun"/>, and answers with figures; tables, <c>--json</c> and <c>--report</c> are made for it.
/// </summary>
/// <remarks>An evaluation is listed in <see cref="EvaluateCommand.Evaluations"/>, which is all it takes to plug one in.</remarks>
public interface IEvaluation
{
    /// <summary>The sub-command's name and the <c>task</c> of the JSON, for example <c>lifetime</c>.</summary>
    string Name { get; }

    /// <summary>One sentence for <c>--help</c>.</summary>
    string Description { get; }

    /// <summary>The options of this evaluation; <c>--json</c> and <c>--report</c> are added to them.</summary>
    IReadOnlyList<Option> Options { get; }

    /// <summary>Reads, fits, and measures.</summary>
    /// <param name="arguments">The parsed command line: <c>arguments.GetValue(option)</c>.</param>
    /// <param name="run">Where files are opened, bad rows are reported, and progress is told.</param>
    /// <param name="cancellation">Set by Ctrl+C.</param>
    /// <exception cref="EvaluationException">The data cannot be evaluated; its message is all that the user sees.</exception>
    EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation);
}
