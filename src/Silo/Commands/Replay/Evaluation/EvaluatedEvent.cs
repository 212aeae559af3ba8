using System.Text.Json;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Silo.Commands.Replay.Evaluation;

/// <summary>What an evaluation reads of an event's JSON.</summary>
/// <param name="EventId">Its id.</param>
/// <param name="Customer">The customer as URLs name it.</param>
/// <param name="Item">The item that it shows interest in; null if it is no case.</param>
internal readonly record struct EvaluatedEvent(string EventId, string Customer, string? Item)
{
    /// <summary>Reads an event.</summary>
    public static EvaluatedEvent Read(ReplayLine line)
    {
        using var document = JsonDocument.Parse(line.Json);
        var root = document.RootElement;
        var customer = Text(root, "customerId") ?? CustomerKey.AnonymousPrefix + Text(root, "anonymousId");
        var isCase = EventTypes.TryParse(Text(root, "type"), out var type)
            && type is EventType.ProductViewed or EventType.ProductClicked or EventType.ProductFavorited or EventType.ProductAdded or EventType.Purchase;
        return new EvaluatedEvent(Text(root, "eventId") ?? "", customer, isCase ? Text(root, "itemId") : null);
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
