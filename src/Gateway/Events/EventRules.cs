using System.Globalization;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Partitions;

namespace Personalization.Gateway.Events;

/// <summary>The rules over several fields of an event: whose it is, when it happened, what is needed.</summary>
internal static class EventRules
{
    /// <summary>Checks a draft and stamps id, key, partition and time.</summary>
    /// <param name="draft">What was read.</param>
    /// <param name="receivedAt">When the request came.</param>
    /// <param name="options">The tenant and the bounds.</param>
    /// <param name="partitions">Where customers live.</param>
    public static void Complete(EventDraft draft, DateTimeOffset receivedAt, PersonalizationOptions options, PartitionMap partitions)
    {
        if (draft.Reason == RejectionReason.TooLarge || draft.IsUnreadable) return;
        if (!draft.HasType) draft.Fail("type is needed");
        CheckBlocked(draft, options.Limits);
        StampCustomer(draft, options.Tenant, partitions);
        StampTime(draft, receivedAt, options.Limits);
        draft.ProducerGaveId = draft.EventId is not null;
        draft.EventId ??= Guid.CreateVersion7(receivedAt).ToString("N");
    }

    /// <summary>Leaves out what programs write where they have no id; where that leaves nobody whose event it is, or a line without its item, it is refused.</summary>
    private static void CheckBlocked(EventDraft draft, LimitOptions limits)
    {
        var customer = draft.CustomerId is { } id ? Ids.BlockedError("customerId", id, limits) : null;
        var visitor = draft.AnonymousId is { } anonymous ? Ids.BlockedError("anonymousId", anonymous, limits) : null;
        if ((customer is not null || draft.CustomerId is null) && (visitor is not null || draft.AnonymousId is null))
        {
            if ((customer ?? visitor) is { } nobody) draft.Fail(nobody);
        }
        else
        {
            if (customer is not null) draft.Drop(ref draft.CustomerId, customer);
            if (visitor is not null) draft.Drop(ref draft.AnonymousId, visitor);
        }

        DropBlocked("eventId", ref draft.EventId);
        DropBlocked("itemId", ref draft.ItemId);
        DropBlocked("orderId", ref draft.OrderId);
        DropBlocked("sessionId", ref draft.SessionId);
        DropBlocked("decisionId", ref draft.DecisionId);
        DropBlocked("actionId", ref draft.ActionId);
        for (var i = 0; i < draft.Lines?.Count; i++)
            if (draft.Lines[i].ItemId is { } item && Ids.BlockedError($"lines[{i}].itemId", item, limits) is { } error) draft.Fail(error);

        void DropBlocked(string name, ref string? value)
        {
            if (value is not null && Ids.BlockedError(name, value, limits) is { } error) draft.Drop(ref value, error);
        }
    }

    private static void StampCustomer(EventDraft draft, string tenant, PartitionMap partitions)
    {
        if (draft.CustomerId is null && draft.AnonymousId is null)
        {
            // Where one was there, what is wrong with it has been told; unless a later member of the same name took it away.
            if (!draft.HasCustomer || draft.Error is null) draft.Fail("customerId or anonymousId is needed");
            return;
        }

        if (draft.CustomerId?.StartsWith(CustomerKey.AnonymousPrefix, StringComparison.Ordinal) == true)
        {
            draft.Fail($"customerId may not begin with '{CustomerKey.AnonymousPrefix}'; send the rest as anonymousId");
            return;
        }

        draft.Key = draft.CustomerId is not null
            ? CustomerKey.Create(tenant, CustomerKeyKind.Customer, draft.CustomerId)
            : CustomerKey.Create(tenant, CustomerKeyKind.Anonymous, draft.AnonymousId!);
        draft.Partition = partitions.PartitionOf(draft.Key);
    }

    /// <summary>
    /// The event time is the <c>timestamp</c> as told, unless <c>sentAt</c> shows that the producer's clock is wrong: it lies after the receipt (the clock is ahead), or
    /// more than <see cref="LimitOptions.DeliveryDelay"/> before it (behind; anything less is time on the way). Then event time = received at − (sentAt − timestamp).
    /// </summary>
    private static void StampTime(EventDraft draft, DateTimeOffset receivedAt, LimitOptions limits)
    {
        if (draft.Timestamp is not { } timestamp)
        {
            draft.EventTime = receivedAt.ToUnixTimeMilliseconds();
            return;
        }

        draft.OffsetMinutes = (short)timestamp.Offset.TotalMinutes;
        var delay = receivedAt - draft.SentAt;
        var isClockWrong = delay < TimeSpan.Zero || delay > limits.DeliveryDelay;
        var ahead = timestamp - (isClockWrong ? draft.SentAt!.Value : receivedAt); // of the receipt
        if (ahead > limits.Future)
        {
            draft.Fail($"timestamp lies {Span(ahead)} in the future{(isClockWrong ? " of sentAt" : "")}; at most {Span(limits.Future)} are allowed");
            return;
        }

        var sinceEpoch = (receivedAt - DateTimeOffset.UnixEpoch) + ahead;
        if (sinceEpoch < TimeSpan.FromMilliseconds(1)) draft.Fail($"timestamp{(isClockWrong ? ", corrected by sentAt," : "")} must be after 1970-01-01T00:00:00Z");
        draft.EventTime = sinceEpoch.Ticks / TimeSpan.TicksPerMillisecond;
    }

    /// <summary>A time span in the unit that a person would say.</summary>
    internal static string Span(TimeSpan span)
    {
        var (amount, unit) = span switch
        {
            { TotalDays: >= 2 } => (span.TotalDays, "days"),
            { TotalHours: >= 2 } => (span.TotalHours, "hours"),
            { TotalMinutes: >= 2 } => (span.TotalMinutes, "minutes"),
            _ => (span.TotalSeconds, "seconds"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {unit}");
    }
}
