using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Personalization.Customers;
using Personalization.Gateway.Customers;

namespace Personalization.Gateway.Live;

/// <summary>
/// One open live stream: watches a customer, keeps what it is told in a bounded channel, and stops watching when the caller is gone. A
/// caller that reads too slowly misses changes and is told how many: it reads the profile anew.
/// </summary>
internal sealed class LiveWatch(IGrainFactory grains, ICustomerGrain customer, string customerId, TimeProvider time) : ICustomerObserver
{
    /// <summary>How often the watch is renewed: half of what the customer grants.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(30);

    /// <summary>How often something is sent in any case, so that proxies keep the connection and a dead one is noticed.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int Capacity = 256;
    private long _missed;
    private Channel<ProfileChanged>? _changes;

    /// <inheritdoc />
    public Task Changed(ProfileChanged change)
    {
        _changes?.Writer.TryWrite(change);
        return Task.CompletedTask;
    }

    /// <summary>What is sent: the profile first, then every change, and heartbeats between.</summary>
    public async IAsyncEnumerable<SseItem<LiveEvent>> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        _changes = Channel.CreateBounded<ProfileChanged>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _missed));
        var reference = grains.CreateObjectReference<ICustomerObserver>(this);
        try
        {
            // Watched before it is read: nothing falls between the two.
            await customer.Watch(reference);
            var reply = await customer.GetProfile(new ProfileQuery(null, null));
            yield return Item("profile", new LiveEvent(reply.Profile?.Applied ?? 0, reply.ToResponse(customerId), null, null));

            var renewedAt = time.GetTimestamp();
            while (!cancellation.IsCancellationRequested)
            {
                if (time.GetElapsedTime(renewedAt) >= Renewal)
                {
                    await customer.Watch(reference);
                    renewedAt = time.GetTimestamp();
                }

                if (await Next(cancellation) is { } change) yield return Item("changed", LiveEvent.Of(change, Interlocked.Exchange(ref _missed, 0)));
                else if (!cancellation.IsCancellationRequested) yield return Item("heartbeat", new LiveEvent(null, null, null, null));
            }
        }
        finally
        {
            await Stop(reference);
        }
    }

    /// <summary>The next change; null if none came before the heartbeat is due or the caller is gone.</summary>
    private async ValueTask<ProfileChanged?> Next(CancellationToken cancellation)
    {
        if (_changes!.Reader.TryRead(out var change)) return change;
        using var due = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), due, Heartbeat, Timeout.InfiniteTimeSpan);
        try
        {
            return await _changes.Reader.ReadAsync(due.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task Stop(ICustomerObserver reference)
    {
        try
        {
            await customer.Unwatch(reference);
        }
        catch (Exception fault) when (fault is TimeoutException or Orleans.Runtime.OrleansException or OperationCanceledException)
        {
            // The customer forgets watchers that do not renew.
        }
        finally
        {
            grains.DeleteObjectReference<ICustomerObserver>(reference);
        }
    }

    private static SseItem<LiveEvent> Item(string type, LiveEvent data) => new(data, type) { EventId = data.Applied?.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
