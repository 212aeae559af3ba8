using Microsoft.Extensions.Logging;

namespace Personalization.Grains.Placement;

/// <summary>
/// Hands this silo's partitions over when it stops gracefully: after every silo has heard that it leaves, so that nobody gives them back to it, and before Orleans ends its
/// grains, because an owner commits what customers beside it have folded. Alone, it only commits.
/// </summary>
internal sealed partial class OwnerHandOver(OwnerMoves moves, OwnersHere here, ISiloStatusOracle silos, TimeProvider time, ILogger<OwnerHandOver> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    /// <summary>Partitions under way at once.</summary>
    private const int AtOnce = 8;

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <inheritdoc />
    // The stage in which membership tells the others; the next one to stop is the grains' own.
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(OwnerHandOver), ServiceLifecycleStage.BecomeActive, _ => Task.CompletedTask, HandOver);

    private async Task HandOver(CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (silos.CurrentStatus == SiloStatus.Active && time.GetElapsedTime(started) < LeaveWithin && !cancellation.IsCancellationRequested) await Task.Delay(Look, time, CancellationToken.None);
        var isAlone = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.All(other => other.Equals(silos.SiloAddress));
        try
        {
            await Parallel.ForEachAsync(
                here.Partitions,
                new ParallelOptions { MaxDegreeOfParallelism = isAlone ? int.MaxValue : AtOnce, CancellationToken = cancellation },
                (partition, token) => Leave(partition, isAlone, token));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The time for a graceful stop is over: whoever owns the rest next folds it again.
        }
    }

    private async ValueTask Leave(int partition, bool isAlone, CancellationToken cancellation)
    {
        try
        {
            if (isAlone) await moves.Release(partition, cancellation);
            else await moves.Leave(partition, cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            LeaveFailed(logger, partition, fault);
        }
    }

    [LoggerMessage(EventId = 3052, Level = LogLevel.Warning, Message = "The owner of partition {Partition} did not stop in time; the next one folds again what it had not committed")]
    private static partial void LeaveFailed(ILogger logger, int partition, Exception fault);
}
