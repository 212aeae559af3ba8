using System.Diagnostics;
using System.Text;

namespace Personalization.TestKit.Processes;

/// <summary>A process that ran to its end.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to the error stream.</param>
public sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <summary>The last line of the output that is not empty.</summary>
    public string LastLine => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";

    /// <summary>Runs a command of the built engine, such as <c>verify</c>.</summary>
    /// <exception cref="TimeoutException">It did not end within <paramref name="atMost"/>; it was killed.</exception>
    public static Task<CommandRun> Engine(TimeSpan atMost, params string[] arguments) => Run(BuiltEngine.Executable, atMost, arguments);

    /// <summary>Runs a program.</summary>
    /// <exception cref="TimeoutException">It did not end within <paramref name="atMost"/>; it was killed.</exception>
    public static async Task<CommandRun> Run(string program, TimeSpan atMost, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"'{program}' did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var time = new CancellationTokenSource(atMost);
        try
        {
            await process.WaitForExitAsync(time.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw new TimeoutException($"'{program} {string.Join(' ', arguments)}' did not end within {atMost}:\n{await output}\n{await error}");
        }

        return new CommandRun(process.ExitCode, await output, await error);
    }
}
