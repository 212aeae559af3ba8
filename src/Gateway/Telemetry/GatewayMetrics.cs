using System.Diagnostics.Metrics;
using Personalization.Gateway.Events;

namespace Personalization.Gateway.Telemetry;

/// <summary>What the gateway counts, under the meter <c>Personalization</c>. Requests by route and their durations come from ASP.NET's own meter.</summary>
internal sealed class GatewayMetrics
{
    /// <summary>The meter's name; silo and storage use the same.</summary>
    public const string MeterName = "Personalization";

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _halfPairs;
    private readonly Counter<long> _droppedIds;
    private readonly UpDownCounter<long> _live;

    /// <summary>Makes the instruments.</summary>
    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _accepted = meter.CreateCounter<long>("personalization.events.accepted", "{event}", "Events that were durable in the log when they were answered");
        _rejected = meter.CreateCounter<long>("personalization.events.rejected", "{event}", "Events that were not accepted, by reason");
        _halfPairs = meter.CreateCounter<long>("personalization.requests.half_surrogates", "{half}", "Halves of surrogate pairs in bodies: U+FFFD stands in their place in texts and values, and ids that hold one were refused");
        _droppedIds = meter.CreateCounter<long>("personalization.events.dropped_ids", "{id}", "Optional ids of accepted events that were left out because they are blocked");
        _live = meter.CreateUpDownCounter<long>("personalization.live.connections", "{connection}", "Open server-sent event streams");
    }

    /// <summary>Counts accepted events.</summary>
    public void Accepted(int events)
    {
        if (events > 0) _accepted.Add(events);
    }

    /// <summary>Counts rejected events.</summary>
    public void Rejected(RejectionReason reason, int events = 1) => _rejected.Add(events, new KeyValuePair<string, object?>("reason", NameOf(reason)));

    /// <summary>Counts halves of surrogate pairs.</summary>
    public void HalfSurrogates(int halves) => _halfPairs.Add(halves);

    /// <summary>Counts ids that were left out.</summary>
    public void DroppedIds(int ids)
    {
        if (ids > 0) _droppedIds.Add(ids);
    }

    /// <summary>Counts a live stream that opened (+1) or closed (−1).</summary>
    public void Live(int change) => _live.Add(change);

    private static string NameOf(RejectionReason reason) => reason switch
    {
        RejectionReason.TooLarge => "tooLarge",
        RejectionReason.Throttled => "throttled",
        RejectionReason.OverLimit => "overLimit",
        RejectionReason.Unavailable => "unavailable",
        _ => "invalid",
    };
}
