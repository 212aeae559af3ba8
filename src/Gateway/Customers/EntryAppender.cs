using Personalization.Configuration;
using Personalization.Gateway.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Hosting;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Customers;

/// <summary>Appends one entry that is not an event of a producer: traits, consents, erasures, the clock.</summary>
internal sealed class EntryAppender(PersonalizationOptions options, PartitionMap partitions, PartitionMonitor monitor, ILogAppender log, EntryCodec codec, EventClock clock, TimeProvider time)
{
    /// <summary>Appends to a customer's partition; durable when it returns. Answers the entry's id, which <c>after=</c> takes.</summary>
    /// <exception cref="ProblemException">The partition is too far behind.</exception>
    public async Task<string> Append(EntryKind kind, CustomerKey customer, object payload, CancellationToken cancellation)
    {
        var partition = partitions.PartitionOf(customer);
        // A flood of the customer's events must not keep a refusal or an erasure out: only the partition's own state does.
        if (monitor.Refusal(partition) is { } refusal)
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "Too many events for now", refusal.Reason, refusal.RetryAfter);
        // The id is made here and never repeats; ProducerGaveId makes the customer remember it, so that after= can find it.
        var envelope = new EntryEnvelope(kind, customer, NewId(), await clock.Now(), Flags: EntryFlags.NoOwnTime | EntryFlags.ProducerGaveId);
        await log.Append(partition, [new AppendItem(codec.Write(envelope, payload))], cancellation);
        return envelope.EventId;
    }

    /// <summary>Moves event time on in every partition.</summary>
    public async Task AppendClock(long at, CancellationToken cancellation)
    {
        var envelope = new EntryEnvelope(EntryKind.Clock, CustomerKey.Parse($"{options.Tenant}/"), NewId(), at);
        var bytes = codec.Write(envelope, new Personalization.Events.ClockAdvance { At = at });
        await Task.WhenAll(Enumerable.Range(0, partitions.Partitions).Select(partition => log.Append(partition, [new AppendItem(bytes)], cancellation).AsTask()));
        clock.Saw(at);
    }

    private string NewId() => Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
}
