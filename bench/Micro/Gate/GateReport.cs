using System.Globalization;

namespace Personalization.Micro.Gate;

/// <summary>The gate's outcome as text.</summary>
public static class GateReport
{
    /// <summary>Prints one line an operation. Answers the exit code: 0 if all pass, 1 if one does not.</summary>
    public static int Print(IReadOnlyList<GateResult> results, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(output);
        foreach (var result in results.Where(result => result.Expected is not null)) output.WriteLine(Line(result));
        var free = results.Where(result => result.Expected is null).Select(result => result.Name).ToList();
        if (free.Count > 0) output.WriteLine($"without a budget:{string.Concat(free.Select(name => $"{Environment.NewLine}  {name}"))}");
        var failed = results.Count(result => !result.Passes);
        output.WriteLine($"{results.Count - free.Count - failed} within their budget, {failed} not, {free.Count} without one");
        return failed == 0 ? 0 : 1;
    }

    /// <summary>One operation as a line.</summary>
    public static string Line(GateResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var verdict = result switch
        {
            { Measured: null } => "FAILS: there is no such benchmark",
            { Passes: false } => "FAILS",
            { CouldBeLowered: true } => "passes; lower its budget",
            _ => "passes",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{result.Name}: {result.Measured:0.#} of {result.Expected:0.#} bytes: {verdict}");
    }
}
