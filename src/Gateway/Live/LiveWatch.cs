using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Personalization.Customers;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Live;

/// <summary>
/// One open live stream: watches a customer, keeps what it is told in a bounded channel, and stops watching when the caller is gone. A
/// caller that reads too slowly misses changes and is told how many: it reads the profile anew.
/// </summary>
internal sealed class LiveWatch(IGrainFactory grains, ICustomerGrain customer, string customerId, TimeProvider time) : ICustomerObserver, IAsyncDisposable
{
    /// <summary>How often the watch is renewed: half of what the customer grants.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(30);

    /// <summary>How often something is sent in any case, so that proxies keep the connection and a dead one is noticed.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int Capacity = 256;
    private long _missed;
    private Channel<ProfileChanged>? _changes;
    private ICustomerObserver? _reference;

    /// <inheritdoc />
    public Task Changed(ProfileChanged change)
    {
        _changes?.Writer.TryWrite(change);
        return Task.CompletedTask;
    }

    /// <summary>Begins to watch. Answers the first thing to send: the profile.</summary>
    public async Task<SseItem<string>> Begin()
    {
        _changes = Channel.CreateBounded<ProfileChanged>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _missed));
        _reference = grains.CreateObjectReference<ICustomerObserver>(this);
        // Watched before it is read: nothing falls between the two.
        await customer.Watch(_reference);
        var reply = await customer.GetProfile(new ProfileQuery(null, null));
        return Item("profile", new LiveEvent(reply.Profile?.Applied ?? 0, reply.ToResponse(customerId), null, null));
    }

    /// <summary>What is sent after the profile: every change, and heartbeats between.</summary>
    public async IAsyncEnumerable<SseItem<string>> Read([EnumeratorCancellation] CancellationToken cancellation)
    {
        var renewedAt = time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            if (time.GetElapsedTime(renewedAt) >= Renewal)
            {
                await customer.Watch(_reference!);
                renewedAt = time.GetTimestamp();
            }

            if (await Next(cancellation) is { } change) yield return Item("changed", LiveEvent.Of(change, Interlocked.Exchange(ref _missed, 0)));
            else if (!cancellation.IsCancellationRequested) yield return Item("heartbeat", new LiveEvent(null, null, null, null));
        }
    }

    /// <summary>Watches no longer.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _reference, null) is not { } reference) return;
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

    /// <summary>Made whole before it is sent, so that what cannot be written ends the stream between two events and not within one.</summary>
    private static SseItem<string> Item(string type, LiveEvent data) =>
        new(JsonSerializer.Serialize(data, GatewayJson.Default.LiveEvent), type) { EventId = data.Applied?.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
