using System.Threading.RateLimiting;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Telemetry;

namespace Personalization.Gateway.Events;

/// <summary>
/// Keeps a producer that floods from taking what others need: each may send <see cref="LimitOptions.ProducerEventsPerSecond"/> events to this process, by a token bucket
/// that holds a second's worth, and one full request at least. A producer is a key; without keys, an address.
/// </summary>
internal sealed partial class ProducerLimits : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Who floods is told to the operator this often.</summary>
    private static readonly TimeSpan Reminder = TimeSpan.FromSeconds(10);

    private readonly PartitionedRateLimiter<string>? _limiter;
    private readonly int _perSecond;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<ProducerLimits> _logger;
    private long _reminded;

    /// <summary>Makes the buckets; none where no limit is set.</summary>
    public ProducerLimits(PersonalizationOptions options, GatewayMetrics metrics, TimeProvider time, ILogger<ProducerLimits> logger)
    {
        _perSecond = options.Limits.ProducerEventsPerSecond;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        if (_perSecond == 0) return;

        var perPeriod = Math.Max(1, (int)(_perSecond * Period.TotalSeconds));
        var bucket = new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(_perSecond, options.Limits.BatchEvents),
            TokensPerPeriod = perPeriod,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)perPeriod / _perSecond),
        };
        _limiter = PartitionedRateLimiter.Create<string, string>(producer => RateLimitPartition.GetTokenBucketLimiter(producer, _ => bucket), StringComparer.Ordinal);
    }

    /// <summary>Before a request's body is read: who has nothing left is refused for little.</summary>
    /// <exception cref="ProblemException">429, with the time to wait.</exception>
    public void Check(HttpContext context) => Take(context, 0);

    /// <summary>Counts a request's events, all or none.</summary>
    /// <exception cref="ProblemException">429, with the time to wait.</exception>
    public void Take(HttpContext context, int events)
    {
        if (_limiter is null) return;
        var producer = context.User.Identity?.Name ?? context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        using var lease = _limiter.AttemptAcquire(producer, events);
        if (lease.IsAcquired) return;
        _metrics.Rejected(RejectionReason.OverLimit, Math.Max(1, events));
        Remind(producer);
        throw new ProblemException(
            StatusCodes.Status429TooManyRequests,
            "Too many events from this producer",
            $"{producer} may send {_perSecond} events a second; wait, and send the same again",
            lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : Period);
    }

    /// <inheritdoc />
    public void Dispose() => _limiter?.Dispose();

    private void Remind(string producer)
    {
        var now = _time.GetTimestamp();
        var last = Volatile.Read(ref _reminded);
        if (last != 0 && _time.GetElapsedTime(last, now) < Reminder) return;
        if (Interlocked.CompareExchange(ref _reminded, now, last) == last) LogFlood(producer, _perSecond);
    }

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "Producer {Producer} sends more than {Limit} events a second; the rest is answered 429")]
    private partial void LogFlood(string producer, int limit);
}
