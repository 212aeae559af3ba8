using System.CommandLine;
using System.Globalization;
using Personalization.Silo.Commands.Evaluate;

namespace Personalization.Silo.Commands.Simulate;

/// <summary>
/// <c>simulate</c>: lets every policy learn from nothing in simulated stores whose answer key is known, and says how near the oracle it came, beside uniform and greedy choice.
/// </summary>
/// <remarks>The table, <c>--json</c> and <c>--report</c> are those of <c>evaluate</c>. Exit code 0: simulated; 1: the arguments or the report's path are wrong.</remarks>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var seeds = new Option<string>("--seeds") { Description = "The worlds: one number, or the first and the last.", HelpName = "1-10", DefaultValueFactory = _ => "1-10" };
        var decisions = new Option<int>("--decisions") { Description = "Decisions of each policy in each world; the last fifth is reported.", DefaultValueFactory = _ => 50_000 };
        var customers = new Option<int>("--customers") { Description = "Customers of the comparison with and without their own parameters; 0 leaves it out.", DefaultValueFactory = _ => 2000 };
        var each = new Option<int>("--decisions-each") { Description = "Decisions for each of these customers.", DefaultValueFactory = _ => 25 };
        var results = new ResultOutput();
        var command = new Command("simulate", "Runs every policy in simulated stores with a known answer key: regret against the oracle.") { seeds, decisions, customers, each };
        foreach (var option in results.Options) command.Options.Add(option);
        command.SetAction((arguments, cancellation) =>
        {
            var error = arguments.InvocationConfiguration.Error;
            using var run = new EvaluationRun(error, showProgress: !Console.IsErrorRedirected);
            try
            {
                var (first, last) = Seeds(arguments.GetRequiredValue(seeds));
                var simulation = new PolicySimulation(
                    first, last, AtLeast(arguments.GetValue(decisions), 100, decisions.Name), AtLeast(arguments.GetValue(customers), 0, customers.Name), AtLeast(arguments.GetValue(each), 1, each.Name));
                results.Write(simulation.Run(run.Progress, cancellation), run, arguments, TimeProvider.System);
                return Task.FromResult(0);
            }
            catch (Exception failure) when (failure is EvaluationException or IOException or UnauthorizedAccessException)
            {
                run.Dispose();
                error.WriteLine(failure.Message);
                return Task.FromResult(1);
            }
        });
        return command;
    }

    private static (ulong First, ulong Last) Seeds(string text)
    {
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var (left, right) = dash < 0 ? (text, text) : (text[..dash], text[(dash + 1)..]);
        return ulong.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var first) && ulong.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first <= last && last - first < 1000
            ? (first, last)
            : throw new EvaluationException($"--seeds is '{text}'; it is a number, or two as in 1-10, at most 1,000 of them");
    }

    private static int AtLeast(int value, int least, string name) =>
        value >= least ? value : throw new EvaluationException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it is at least {least}"));
}
