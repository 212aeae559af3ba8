using Personalization.Events;
using Personalization.Gateway.Items;
using Personalization.Partitions;

namespace Personalization.Gateway.Events;

/// <summary>Why a member of a request was not accepted: the label of the metric, and what decides the answer's status.</summary>
internal enum RejectionReason
{
    None,

    /// <summary>A rule of the event's fields is broken; sending it again changes nothing.</summary>
    Invalid,

    /// <summary>It is larger than one event may be.</summary>
    TooLarge,

    /// <summary>Its partition or its customer is behind; later it will be taken.</summary>
    Throttled,

    /// <summary>Its producer sends more than it may; later it will be taken.</summary>
    OverLimit,

    /// <summary>The log did not take it; later it will.</summary>
    Unavailable,
}

/// <summary>One line of an order, as read.</summary>
internal struct LineDraft
{
    public string? ItemId;
    public int? Quantity;
    public decimal? Value;
    public CatalogItem? Item;
}

/// <summary>An event on its way from JSON to the log: what was read, what is wrong with it, and what the gateway stamped.</summary>
internal sealed class EventDraft
{
    private const int MaxFaults = 5;
    private int _faults;

    /// <summary>Its place in the request, from 0.</summary>
    public int Index { get; init; }

    public string? EventId;
    public bool ProducerGaveId;
    public bool HasType;
    public bool HasCustomer;
    public EventType Type;
    public string? CustomType;
    public string? CustomerId;
    public string? AnonymousId;
    public string? ItemId;
    public string? Category;
    public string? Brand;
    public decimal? Value;
    public string? Currency;
    public int? Quantity;
    public string? OrderId;
    public List<LineDraft>? Lines;
    public string? Query;
    public string? Text;
    public string? Channel;
    public string? SessionId;
    public string? DecisionId;
    public string? ActionId;
    public int? Position;
    public string? ContextJson;
    public DateTimeOffset? Timestamp;
    public DateTimeOffset? SentAt;

    /// <summary>The catalogue's item, once looked up; null if there is none.</summary>
    public CatalogItem? Item;

    /// <summary>Whose event it is; set once the ids are found to be good.</summary>
    public CustomerKey Key;

    /// <summary>The customer's partition.</summary>
    public int Partition;

    /// <summary>Event time after correction, milliseconds since 1970-01-01 UTC.</summary>
    public long EventTime;

    /// <summary>The producer's offset from UTC, in minutes.</summary>
    public short OffsetMinutes;

    /// <summary>What is wrong, several faults joined by "; "; null if nothing is.</summary>
    public string? Error { get; private set; }

    /// <summary>The class of what is wrong.</summary>
    public RejectionReason Reason { get; private set; }

    /// <summary>Whether there is no event in it, only what is wrong.</summary>
    public bool IsUnreadable { get; private set; }

    /// <summary>What was changed in it or left out of it before it was taken, joined by "; "; null if nothing was.</summary>
    public string? Warning { get; private set; }

    /// <summary>How many of its ids were left out.</summary>
    public int DroppedIds { get; private set; }

    /// <summary>Whether the same event may be taken later.</summary>
    public bool Retryable => Reason is RejectionReason.Throttled or RejectionReason.Unavailable;

    /// <summary>Notes a broken rule; at most five are told.</summary>
    public void Fail(string fault)
    {
        if (Reason == RejectionReason.None) Reason = RejectionReason.Invalid;
        if (++_faults > MaxFaults) return;
        Error = Error is null ? fault : $"{Error}; {fault}";
    }

    /// <summary>Notes what was changed.</summary>
    public void Warn(string change) => Warning = Warning is null ? change : $"{Warning}; {change}";

    /// <summary>Leaves an id out, and tells why.</summary>
    public void Drop(ref string? id, string error)
    {
        id = null;
        DroppedIds++;
        Warn($"{error}; it was left out");
    }

    /// <summary>Notes that there is no event at all, so that rules over its members say nothing.</summary>
    public void FailWhole(string fault)
    {
        IsUnreadable = true;
        Fail(fault);
    }

    /// <summary>After what time a refused event is worth another try.</summary>
    public TimeSpan RetryAfter { get; private set; }

    /// <summary>Refuses the event for a reason that outweighs its fields.</summary>
    public void Refuse(RejectionReason reason, string error, TimeSpan retryAfter = default)
    {
        RetryAfter = retryAfter;
        Reason = reason;
        Error = error;
    }
}
