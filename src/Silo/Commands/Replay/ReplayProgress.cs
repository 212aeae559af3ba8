using System.Globalization;
using Personalization.Silo.Commands.Log;
using Spectre.Console;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Shows a running replay on a terminal: a bar, the rate, the engine's lag, and why nothing goes on.</summary>
internal static class ReplayProgress
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(250);
    private const int LagEvery = 4;

    /// <summary>Shows it until <paramref name="cancellation"/>. The engine is asked for its lag beside it: while it is away, the picture goes on.</summary>
    public static Task Show(ReplayTally tally, AdminClient admin, TextWriter error, TimeProvider time, CancellationToken cancellation)
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
                    var asking = Task.CompletedTask;
                    for (var tick = 0; await timer.WaitForNextTickAsync(cancellation); tick++)
                    {
                        if (tick % LagEvery == 0 && asking.IsCompleted) asking = AskLag(tally, admin, cancellation);
                        var (now, elapsed) = (tally.Accepted, time.GetElapsedTime(at));
                        bar.Value = tally.Fraction * 100;
                        bar.Description = Markup.Escape(Describe(tally, (now - accepted) / elapsed.TotalSeconds));
                        (accepted, at) = (now, time.GetTimestamp());
                    }
                }
                catch (OperationCanceledException)
                {
                    // The replay has ended.
                }
            });
    }

    private static async Task AskLag(ReplayTally tally, AdminClient admin, CancellationToken cancellation)
    {
        try
        {
            tally.Lag = await admin.TotalLag(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The replay has ended.
        }
    }

    private static string Describe(ReplayTally tally, double rate)
    {
        var lag = tally.Lag is { } entries ? entries.ToString("N0", CultureInfo.InvariantCulture) : "–";
        var waiting = tally.Waiting is { } why ? $", waiting: {why}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{tally.Accepted:N0} accepted, {rate:N0}/s, lag {lag}{waiting}");
    }
}
