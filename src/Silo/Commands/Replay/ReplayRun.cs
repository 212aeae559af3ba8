using System.Globalization;
using Personalization.Silo.Commands.Log;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>One replay from files to an engine.</summary>
/// <param name="http">Reaches the engine; its base address ends with a slash, its key is set.</param>
/// <param name="options">How to send.</param>
/// <param name="order">In which order.</param>
/// <param name="output">Takes the summary: the last line.</param>
/// <param name="error">Takes problems and progress.</param>
/// <param name="time">Measures and waits.</param>
public sealed class ReplayRun(HttpClient http, ReplayOptions options, ReplayOrder order, TextWriter output, TextWriter error, TimeProvider? time = null)
{
    /// <summary>Where it stands.</summary>
    public ReplayTally Tally { get; } = new();

    /// <summary>What went wrong with lines.</summary>
    public ReplayProblems Problems { get; } = new(TextWriter.Synchronized(error));

    /// <summary>Replays the files one after the other. Answers the exit code: 0, or 1 if something was given up.</summary>
    public async Task<int> Run(IReadOnlyList<ReplayFile> files, bool showProgress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        var clock = time ?? TimeProvider.System;
        var start = clock.GetTimestamp();
        var code = 0;
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = showProgress ? ReplayProgress.Show(Tally, new AdminClient(http), error, clock, watching.Token) : Task.CompletedTask;
        try
        {
            await new ReplaySender(new ReplayClient(http), options, Tally, Problems, clock).Send(order.Apply(ReplayRows.ReadAll(files, Problems, Tally)), cancellation);
        }
        catch (Exception fault) when (fault is ReplayException or TableException)
        {
            code = 1;
            await error.WriteLineAsync(fault.Message);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            code = 1;
            await error.WriteLineAsync("Stopped.");
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }

        Problems.TellRest();
        if (code == 0 && RowAccount.IsTooMany(Problems.Rejected, Tally.Sent, files.Max(file => file.Choices.BadRows)))
        {
            code = 1;
            await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The engine refused {Problems.Rejected} of {Tally.Sent} events, more than a few; the reasons are above."));
        }

        await output.WriteLineAsync(Summary(clock.GetElapsedTime(start).TotalSeconds));
        return code;
    }

    private string Summary(double seconds)
    {
        var givenUp = Problems.GivenUp == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", given up {Problems.GivenUp}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"sent {Tally.Sent}, accepted {Tally.Accepted}, rejected {Problems.Rejected}, bad lines {Problems.BadLines}{givenUp}, seconds {seconds:0.0}, events/s {Tally.Accepted / Math.Max(seconds, 0.001):0}");
    }
}
