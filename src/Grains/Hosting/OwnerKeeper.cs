using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Hosting;

/// <summary>
/// Sees to it that every partition has an owner at work, events or not; and at a graceful stop, that this silo's owners commit before
/// the silo ends. Registered after the silo, so that it stops before it.
/// </summary>
internal sealed partial class OwnerKeeper(IGrainFactory grains, IPartitionLog log, ILocalSiloDetails silo, TimeProvider time, ILogger<OwnerKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.WhenAll(Enumerable.Range(0, log.Partitions).Select(Ensure));
                await Task.Delay(Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops; StopAsync releases the owners.
        }
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, log.Partitions).Select(partition => Release(partition, cancellationToken)));
    }

    private async Task Ensure(int partition)
    {
        try
        {
            await grains.GetGrain<IPartitionGrain>(partition).Ensure();
        }
        catch (Exception fault)
        {
            EnsureFailed(logger, partition, fault);
        }
    }

    private async Task Release(int partition, CancellationToken cancellation)
    {
        try
        {
            var grain = grains.GetGrain<IPartitionGrain>(partition);
            if ((await grain.Ensure().WaitAsync(cancellation)).Silo == silo.SiloAddress.ToParsableString()) await grain.Release().WaitAsync(cancellation);
        }
        catch (Exception fault)
        {
            ReleaseFailed(logger, partition, fault);
        }
    }

    [LoggerMessage(EventId = 3051, Level = LogLevel.Warning, Message = "Partition {Partition} has no owner; it is tried again")]
    private static partial void EnsureFailed(ILogger logger, int partition, Exception fault);

    [LoggerMessage(EventId = 3052, Level = LogLevel.Warning, Message = "The owner of partition {Partition} did not stop in time; the next one folds again what it had not committed")]
    private static partial void ReleaseFailed(ILogger logger, int partition, Exception fault);
}
