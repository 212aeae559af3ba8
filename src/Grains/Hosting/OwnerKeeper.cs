using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Hosting;

/// <summary>Sees to it that every partition has an owner at work, events or not.</summary>
internal sealed partial class OwnerKeeper(IGrainFactory grains, IPartitionLog log, TimeProvider time, ILogger<OwnerKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Task?[] _asking = new Task?[log.Partitions];

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Not awaited: one partition whose owner is silent keeps no other from being asked.
                for (var partition = 0; partition < _asking.Length; partition++)
                {
                    if (_asking[partition] is not { IsCompleted: false }) _asking[partition] = Ensure(partition);
                }

                await Task.Delay(Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
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

    [LoggerMessage(EventId = 3051, Level = LogLevel.Warning, Message = "Partition {Partition} has no owner; it is tried again")]
    private static partial void EnsureFailed(ILogger logger, int partition, Exception fault);
}
