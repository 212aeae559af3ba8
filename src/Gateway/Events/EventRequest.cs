using System.Text.Json;

namespace Personalization.Gateway.Events;

/// <summary>
/// An event as producers send it. The contract for documentation: the hot path reads the bytes without making one of these.
/// Unknown members are ignored; null is absent.
/// </summary>
public sealed record EventRequest
{
    /// <summary>What happened: pageViewed, search, productViewed, productAdded, purchase … or custom: and a name of your own.</summary>
    public required string Type { get; init; }

    /// <summary>Your id of the event; a repeat within 10 minutes counts once. Made here if left out: then a repeat counts again.</summary>
    public string? EventId { get; init; }

    /// <summary>The customer you know. This or anonymousId is needed; with both, this one folds.</summary>
    public string? CustomerId { get; init; }

    /// <summary>The visitor you do not know yet.</summary>
    public string? AnonymousId { get; init; }

    /// <summary>The item.</summary>
    public string? ItemId { get; init; }

    /// <summary>Its category; else that of the catalogue's item.</summary>
    public string? Category { get; init; }

    /// <summary>Its brand; else that of the catalogue's item.</summary>
    public string? Brand { get; init; }

    /// <summary>Money of the line, quantity already multiplied.</summary>
    public decimal? Value { get; init; }

    /// <summary>ISO 4217 code of the money; left out = the base currency.</summary>
    public string? Currency { get; init; }

    /// <summary>How many; left out = one.</summary>
    public int? Quantity { get; init; }

    /// <summary>The order; a purchase without one is an order of its own.</summary>
    public string? OrderId { get; init; }

    /// <summary>The order's lines; where given they win over itemId and value.</summary>
    public IReadOnlyList<EventLineRequest>? Lines { get; init; }

    /// <summary>What was searched for.</summary>
    public string? Query { get; init; }

    /// <summary>What the customer wrote.</summary>
    public string? Text { get; init; }

    /// <summary>Where it happened: web, app, store, email …</summary>
    public string? Channel { get; init; }

    /// <summary>Your session id, kept as a fact.</summary>
    public string? SessionId { get; init; }

    /// <summary>The decision that this answers or shows.</summary>
    public string? DecisionId { get; init; }

    /// <summary>The action that this answers or shows.</summary>
    public string? ActionId { get; init; }

    /// <summary>The place on the page, 1 = first.</summary>
    public int? Position { get; init; }

    /// <summary>Whatever else is known of the moment: an object, at most 32 deep, no name twice in one.</summary>
    public JsonElement? Context { get; init; }

    /// <summary>When it happened: ISO 8601 with an offset, at most 5 minutes in the future. Left out = now.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>Your clock when you sent it, a retry anew; takes the error of your clock out of timestamp, and not the time on the way (7 days at most).</summary>
    public DateTimeOffset? SentAt { get; init; }
}

/// <summary>A line of an order.</summary>
/// <param name="ItemId">The item.</param>
/// <param name="Quantity">How many; left out = one.</param>
/// <param name="Value">Money of the line, quantity already multiplied.</param>
public sealed record EventLineRequest(string ItemId, int? Quantity, decimal? Value);
