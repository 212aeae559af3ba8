using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Personalization.Grains.Placement;

/// <summary>
/// Lets owners follow the silos: when a silo joins, whoever owns a partition that is now to be the new silo's commits and gives it up, a few at a time. (When a silo stops, it hands its
/// partitions over itself, see <see cref="OwnerHandOver"/>; when one dies, its owners are activated elsewhere by the next call.)
/// </summary>
internal sealed partial class OwnerMover(
    OwnerMoves moves, OwnersHere here, ISiloStatusOracle silos, PreferredSilos preferred, TimeProvider time, ILogger<OwnerMover> logger) : BackgroundService
{
    /// <summary>How often the spread is compared with the silos in view.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Partitions under way from one silo at once: the others go on being served meanwhile.</summary>
    private const int AtOnce = 4;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stoppingToken);
                var active = silos.GetApproximateSiloStatuses(onlyActive: true).Keys.ToList();
                if (active.Count < 2 || !active.Contains(silos.SiloAddress)) continue;
                var others = here.Partitions.Where(partition => !preferred.Of(partition, active).Equals(silos.SiloAddress)).ToList();

                // The first one alone for each silo: one that has just started compiles what an owner runs, and no more than one partition need wait for that.
                var first = others.DistinctBy(partition => preferred.Of(partition, active)).ToList();
                await Parallel.ForEachAsync(first, stoppingToken, Move);
                await Parallel.ForEachAsync(others.Except(first), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stoppingToken }, Move);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async ValueTask Move(int partition, CancellationToken cancellation)
    {
        try
        {
            await moves.Move(partition, cancellation);
            Moved(logger, partition);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            MoveFailed(logger, partition, fault);
        }
    }

    [LoggerMessage(EventId = 3053, Level = LogLevel.Information, Message = "Partition {Partition} is given up: another silo is to own it")]
    private static partial void Moved(ILogger logger, int partition);

    [LoggerMessage(EventId = 3054, Level = LogLevel.Warning, Message = "Partition {Partition} could not be given up; it is tried again")]
    private static partial void MoveFailed(ILogger logger, int partition, Exception fault);
}
