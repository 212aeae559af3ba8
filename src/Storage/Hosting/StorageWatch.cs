using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Personalization.Storage.Appending;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Hosting;

/// <summary>Says once when something begins to keep this process from storing, and once when it ends; and compares its clock with the store's, where that has one.</summary>
internal sealed partial class StorageWatch(
    IEnumerable<IStorageHealth> needs, ClockGuard clock, TimeProvider time, ILogger<StorageWatch> logger, IConnectionMultiplexer? redis = null) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private readonly Dictionary<IStorageHealth, string> _told = [];

    /// <summary>Looks once.</summary>
    public async Task Look(CancellationToken cancellation)
    {
        if (redis is not null) await Compare(redis, cancellation).ConfigureAwait(false);
        foreach (var need in needs)
        {
            var fault = need.Fault;
            if (fault is not null && _told.TryAdd(need, fault)) Failing(logger, fault);
            else if (fault is null && _told.Remove(need, out var before)) Well(logger, before);
        }
    }

    /// <inheritdoc />
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything can be appended.
        await Look(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await Look(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task Compare(IConnectionMultiplexer connection, CancellationToken cancellation)
    {
        try
        {
            var answer = (RedisValue[])(await connection.GetDatabase().ExecuteAsync("TIME").WaitAsync(cancellation).ConfigureAwait(false))!;
            clock.Compare(DateTimeOffset.FromUnixTimeMilliseconds(((long)answer[0] * 1000) + ((long)answer[1] / 1000)));
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or ObjectDisposedException)
        {
            // It does not answer, and takes no appends either: what was found last stands.
        }
    }

    [LoggerMessage(EventId = 3131, Level = LogLevel.Error, Message = "Nothing can be stored: {Fault}")]
    private static partial void Failing(ILogger logger, string fault);

    [LoggerMessage(EventId = 3132, Level = LogLevel.Information, Message = "It can be stored again. It was: {Fault}")]
    private static partial void Well(ILogger logger, string fault);
}
