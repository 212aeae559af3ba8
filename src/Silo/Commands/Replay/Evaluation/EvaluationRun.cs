using Personalization.Silo.Commands.Log;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay.Evaluation;

/// <summary>One evaluation from files: what comes first is only learned, the rest is predicted event by event.</summary>
/// <param name="http">Reaches the engine; its base address ends with a slash, its key is set.</param>
/// <param name="options">How to send.</param>
/// <param name="order">In which order.</param>
/// <param name="warm">So many events are only learned.</param>
/// <param name="output">Takes the table.</param>
/// <param name="error">Takes problems.</param>
/// <param name="time">Measures and waits.</param>
public sealed class EvaluationRun(HttpClient http, ReplayOptions options, ReplayOrder order, long warm, TextWriter output, TextWriter error, TimeProvider? time = null)
{
    private const int Cutoff = 20;

    /// <summary>Who is right how often.</summary>
    public NextItemJudge Judge { get; } = new(Cutoff);

    /// <summary>Runs. Answers the exit code: 0, or 1 if something was given up.</summary>
    public async Task<int> Run(IReadOnlyList<ReplayFile> files, CancellationToken cancellation, bool showProgress = false)
    {
        var clock = time ?? TimeProvider.System;
        var tally = new ReplayTally();
        var problems = new ReplayProblems(TextWriter.Synchronized(error));
        var lines = order.Apply(ReplayRows.ReadAll(files, problems, tally));
        var evaluation = new ReplayEvaluation(http, options, Judge, tally, problems, clock);
        using var rest = lines.GetEnumerator();
        var code = 0;
        var start = clock.GetTimestamp();
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = showProgress ? ReplayProgress.Show(tally, new AdminClient(http), error, clock, watching.Token) : Task.CompletedTask;
        try
        {
            await new ReplaySender(new ReplayClient(http), options, tally, problems, clock).Send(First(rest, warm), cancellation);
            if (warm > 0) await new AdminClient(http).Get("v1/admin/totals?wait=true", cancellation);
            start = clock.GetTimestamp();
            await evaluation.Run(First(rest, long.MaxValue), cancellation);
        }
        catch (Exception fault) when (fault is ReplayException or TableException or AdminCallException or HttpRequestException)
        {
            code = 1;
            await error.WriteLineAsync(fault.Message);
        }
        finally
        {
            await watching.CancelAsync();
            await watch;
        }

        problems.TellRest();
        await EvaluationTable.Write(Judge, evaluation, clock.GetElapsedTime(start).TotalSeconds, output);
        return code;
    }

    /// <summary>The next events; those that are only learned are known to the reference predictors too.</summary>
    private IEnumerable<ReplayLine> First(IEnumerator<ReplayLine> lines, long count)
    {
        var isLearned = count != long.MaxValue;
        for (; count > 0 && lines.MoveNext(); count--)
        {
            if (isLearned && EvaluatedEvent.Read(lines.Current) is { Item: { } item } happened) Judge.Learn(happened.Customer, item);
            yield return lines.Current;
        }
    }
}
