using Personalization.Configuration;
using Personalization.Partitions;

namespace Personalization.Gateway.Events;

/// <summary>
/// The time of what has no time of its own. With <c>Clock=Wall</c> it is now. With <c>Clock=Event</c> it is the highest event time accepted so
/// far: a replay of last year must not be pushed into the present by one event without a timestamp.
/// </summary>
internal sealed class EventClock(PersonalizationOptions options, IGrainFactory grains, TimeProvider time)
{
    private long _newest;

    /// <summary>Takes note of an accepted event time, milliseconds since 1970-01-01 UTC.</summary>
    public void Saw(long eventTime)
    {
        if (options.Clock != ClockKind.Event) return;
        var seen = Volatile.Read(ref _newest);
        while (eventTime > seen)
        {
            var before = Interlocked.CompareExchange(ref _newest, eventTime, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    /// <summary>The time, milliseconds since 1970-01-01 UTC. The first call after a start with <c>Clock=Event</c> asks the partitions what they have committed.</summary>
    public ValueTask<long> Now()
    {
        if (options.Clock == ClockKind.Wall) return new ValueTask<long>(time.GetUtcNow().ToUnixTimeMilliseconds());
        var newest = Volatile.Read(ref _newest);
        return newest > 0 ? new ValueTask<long>(newest) : new ValueTask<long>(Ask());
    }

    private async Task<long> Ask()
    {
        var states = await Task.WhenAll(Enumerable.Range(0, options.Partitions).Select(partition => grains.GetGrain<IPartitionGrain>(partition).ReadState()));
        foreach (var state in states) Saw(state.NewestEventTime);
        var newest = Volatile.Read(ref _newest);
        return newest > 0 ? newest : time.GetUtcNow().ToUnixTimeMilliseconds();
    }
}
