using System.Globalization;
using Personalization.Silo.Commands.Log;
using Spectre.Console;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Shows a running replay on a terminal: a bar, the rate, the engine's lag, and why nothing goes on.</summary>
internal static class ReplayProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private const int LagEvery = 4;

    /// <summary>Shows it until <paramref name="cancellation"/>.</summary>
    public static Task Show(ReplayRun run, AdminClient admin, TextWriter error, TimeProvider time, CancellationToken cancellation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async context =>
            {
                var bar = context.AddTask("reading");
                var (accepted, at) = (0L, time.GetTimestamp());
                try
                {
                    using var timer = new PeriodicTimer(Refresh, time);
                    for (var tick = 0; await timer.WaitForNextTickAsync(cancellation); tick++)
                    {
                        if (tick % LagEvery == 0) run.Tally.Lag = await admin.TotalLag(cancellation);
                        var (now, elapsed) = (run.Tally.Accepted, time.GetElapsedTime(at));
                        bar.Value = run.Tally.Fraction * 100;
                        bar.Description = Markup.Escape(Describe(run, (now - accepted) / elapsed.TotalSeconds));
                        (accepted, at) = (now, time.GetTimestamp());
                    }
                }
                catch (OperationCanceledException)
                {
                    // The replay has ended.
                }
            });
    }

    private static string Describe(ReplayRun run, double rate)
    {
        var lag = run.Tally.Lag is { } entries ? entries.ToString("N0", CultureInfo.InvariantCulture) : "–";
        var waiting = run.Tally.Waiting is { } why ? $", waiting: {why}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{run.Tally.Accepted:N0} accepted, {rate:N0}/s, lag {lag}{waiting}");
    }
}
