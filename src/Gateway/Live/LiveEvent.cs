using System.Text.Json.Serialization;
using Personalization.Customers;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Live;

/// <summary>What a live stream sends: <c>profile</c> first, <c>changed</c> after every fold, <c>heartbeat</c> (empty) when nothing happens.</summary>
/// <param name="Applied">The position that the profile has come to.</param>
/// <param name="Profile">The whole profile; with <c>profile</c> only.</param>
/// <param name="Events">The events folded, in log order; with <c>changed</c> only.</param>
/// <param name="Missed">How many changes were dropped before this one because the caller read too slowly; read the profile anew.</param>
public sealed record LiveEvent(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Applied,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ProfileResponse? Profile,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LiveChange>? Events,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Missed)
{
    internal static LiveEvent Of(ProfileChanged change, long missed) => new(
        change.Applied, null, [.. change.Events.Select(happened => new LiveChange(happened.EventId, happened.Type, happened.ItemId, Instants.ToUtc(happened.EventTime)))], missed > 0 ? missed : null);
}

/// <summary>An event that was folded.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Type">Its type, or the kind of entry: traits, consent, erasure; <c>churnCrossed</c> when P(alive) fell below the threshold.</param>
/// <param name="ItemId">Its item.</param>
/// <param name="Timestamp">When it happened.</param>
public sealed record LiveChange(string EventId, string Type, string? ItemId, DateTime Timestamp);
