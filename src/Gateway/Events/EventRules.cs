using System.Globalization;
using Personalization.Configuration;
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
        StampCustomer(draft, options.Tenant, partitions);
        StampTime(draft, receivedAt, options.Limits.Future);
        draft.ProducerGaveId = draft.EventId is not null;
        draft.EventId ??= Guid.CreateVersion7(receivedAt).ToString("N");
    }

    private static void StampCustomer(EventDraft draft, string tenant, PartitionMap partitions)
    {
        if (draft.CustomerId is null && draft.AnonymousId is null)
        {
            if (!draft.HasCustomer) draft.Fail("customerId or anonymousId is needed");
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

    /// <summary>Event time = receivedAt − (sentAt − timestamp), which takes the producer's clock out; without sentAt the timestamp itself.</summary>
    private static void StampTime(EventDraft draft, DateTimeOffset receivedAt, TimeSpan future)
    {
        var time = receivedAt;
        if (draft.Timestamp is { } timestamp)
        {
            time = timestamp;
            if (draft.SentAt is { } sentAt)
            {
                var age = sentAt - timestamp;
                if (age >= receivedAt - DateTimeOffset.UnixEpoch)
                {
                    draft.Fail("timestamp, corrected by sentAt, must be after 1970-01-01T00:00:00Z");
                    return;
                }

                time = age < -TimeSpan.FromDays(1) ? DateTimeOffset.MaxValue : receivedAt - age;
            }

            draft.OffsetMinutes = (short)timestamp.Offset.TotalMinutes;
        }

        if (time - receivedAt > future) draft.Fail($"timestamp lies {Span(time - receivedAt)} in the future; at most {Span(future)} are allowed");
        draft.EventTime = time.ToUnixTimeMilliseconds();
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
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(amount):0} {unit}");
    }
}
