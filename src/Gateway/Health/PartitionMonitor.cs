using System.Collections.Frozen;
using System.Globalization;
using Personalization.Configuration;
using Personalization.Partitions;

namespace Personalization.Gateway.Health;

/// <summary>
/// Asks every partition's owner a few times a second how far behind it is. From that follow back-pressure (429), readiness, and the
/// listing of the log; asking also sees to it that each partition has an owner.
/// </summary>
internal sealed partial class PartitionMonitor(IGrainFactory grains, PersonalizationOptions options, TimeProvider time, ILogger<PartitionMonitor> logger) : BackgroundService
{
    /// <summary>How often each owner is asked.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>What a caller is told to wait before it tries a lagging partition again.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly Observation?[] _observations = new Observation?[options.Partitions];
    private readonly Task[] _asking = new Task[options.Partitions];
    private CancellationToken _stopping;

    /// <summary>Why an event of this customer is not taken now, and when it will be; null if it is.</summary>
    public LoadRefusal? Refusal(int partition, CustomerKey customer)
    {
        if (Refusal(partition) is { } refusal) return refusal;
        if (Volatile.Read(ref _observations[partition]) is not { Throttled.Count: > 0 } seen || !seen.Throttled.TryGetValue(customer, out var until)) return null;
        var wait = DateTimeOffset.FromUnixTimeMilliseconds(until) - time.GetUtcNow();
        return wait <= TimeSpan.Zero
            ? null
            : new LoadRefusal(string.Create(CultureInfo.InvariantCulture, $"this customer has sent so many events in the last 10 minutes that no more are taken for {Math.Ceiling(wait.TotalSeconds):0} seconds"), wait);
    }

    /// <summary>Why nothing is taken for a partition now; null if it is.</summary>
    public LoadRefusal? Refusal(int partition)
    {
        if (Volatile.Read(ref _observations[partition]) is not { Refusal: { } refusal } seen) return null;
        return new LoadRefusal(seen.Failing ? string.Create(CultureInfo.InvariantCulture, $"{refusal}; its owner has not answered since {seen.At:HH:mm:ss} UTC") : refusal, RetryAfter);
    }

    /// <summary>What the owners last said; null where one has never answered.</summary>
    public IReadOnlyList<(PartitionStatus Status, DateTimeOffset At, bool Failing)?> Observations
    {
        get
        {
            var all = new (PartitionStatus, DateTimeOffset, bool)?[_observations.Length];
            for (var i = 0; i < all.Length; i++)
                if (Volatile.Read(ref _observations[i]) is { } seen) all[i] = (seen.Status, seen.At, seen.Failing);
            return all;
        }
    }

    /// <summary>The partitions that have no owner that answers.</summary>
    public IReadOnlyList<int> Unowned => [.. Enumerable.Range(0, _observations.Length).Where(partition => Volatile.Read(ref _observations[partition]) is null or { Failing: true })];

    /// <summary>Asks every owner, but for those that were asked before and have not answered yet; returns when all have, or were given up.</summary>
    public Task Poll(CancellationToken cancellation)
    {
        var asked = new Task[_asking.Length];
        lock (_asking)
        {
            for (var partition = 0; partition < asked.Length; partition++)
            {
                if (_asking[partition] is not { IsCompleted: false }) _asking[partition] = Ask(partition);
                asked[partition] = _asking[partition];
            }
        }

        return Task.WhenAll(asked).WaitAsync(cancellation);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        _stopping = stoppingToken;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                // Not awaited: what is known of the others grows no older because one owner is silent.
                _ = Poll(CancellationToken.None);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Asks one owner. Never fails.</summary>
    private async Task Ask(int partition)
    {
        try
        {
            var status = await grains.GetGrain<IPartitionGrain>(partition).Ensure().WaitAsync(Timeout, time, _stopping);
            Volatile.Write(ref _observations[partition], new Observation(status, time.GetUtcNow(), false, RefusalOf(status), Throttled(status)));
        }
        catch (Exception fault)
        {
            if (_stopping.IsCancellationRequested) return;

            // The last refusal stands: an owner that was behind and is now silent has not caught up.
            var before = Volatile.Read(ref _observations[partition]);
            if (before is { Failing: false }) LogSilent(partition, fault);
            if (before is not null) Volatile.Write(ref _observations[partition], before with { Failing = true });
        }
    }

    private FrozenDictionary<CustomerKey, long> Throttled(PartitionStatus status)
    {
        if (status.Throttled.Count == 0) return FrozenDictionary<CustomerKey, long>.Empty;
        var unknown = (time.GetUtcNow() + RetryAfter).ToUnixTimeMilliseconds();
        return status.Throttled.Select((customer, i) => KeyValuePair.Create(customer, i < status.ThrottledUntil.Count ? status.ThrottledUntil[i] : unknown)).ToFrozenDictionary();
    }

    private string? RefusalOf(PartitionStatus status)
    {
        var limits = options.Limits;
        if (status.Lag > limits.PartitionLag)
            return string.Create(CultureInfo.InvariantCulture, $"partition {status.Partition} is {status.Lag} entries behind; at most {limits.PartitionLag} are allowed");
        return status.AgeSeconds > limits.PartitionAge.TotalSeconds
            ? string.Create(CultureInfo.InvariantCulture, $"partition {status.Partition} is {status.AgeSeconds:0} seconds behind; at most {limits.PartitionAge.TotalSeconds:0} are allowed")
            : null;
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "The owner of partition {Partition} does not answer")]
    private partial void LogSilent(int partition, Exception fault);

    private sealed record Observation(PartitionStatus Status, DateTimeOffset At, bool Failing, string? Refusal, FrozenDictionary<CustomerKey, long> Throttled);
}

/// <summary>Why something is not taken now.</summary>
/// <param name="Reason">Why, in words.</param>
/// <param name="RetryAfter">After what time to try again.</param>
internal readonly record struct LoadRefusal(string Reason, TimeSpan RetryAfter);
