using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Hosting;

/// <summary>Sees to it that every partition has an owner at work, events or not.</summary>
internal sealed partial class OwnerKeeper(IGrainFactory grains, IPartitionLog log, TimeProvider time, ILogger<OwnerKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Task<bool>?[] _asking = new Task<bool>?[log.Partitions];
    private bool _areOwned;

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
                TellOwned();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task<bool> Ensure(int partition)
    {
        try
        {
            await grains.GetGrain<IPartitionGrain>(partition).Ensure();
            return true;
        }
        catch (Exception fault)
        {
            EnsureFailed(logger, partition, fault);
            return false;
        }
    }

    /// <summary>One line when all partitions have owners, at the start and again after one had none.</summary>
    private void TellOwned()
    {
        if (Array.Exists(_asking, asked => asked is { IsCompleted: true, Result: false })) _areOwned = false;
        else if (!_areOwned && Array.TrueForAll(_asking, asked => asked is { IsCompleted: true }))
        {
            _areOwned = true;
            AllOwned(logger, _asking.Length);
        }
    }

    [LoggerMessage(EventId = 3057, Level = LogLevel.Information, Message = "All {Count} partitions have an owner")]
    private static partial void AllOwned(ILogger logger, int count);

    [LoggerMessage(EventId = 3051, Level = LogLevel.Warning, Message = "Partition {Partition} has no owner; it is tried again")]
    private static partial void EnsureFailed(ILogger logger, int partition, Exception fault);
}
