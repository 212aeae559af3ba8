namespace Personalization.Events;

/// <summary>
/// What a customer did or was shown, as the gateway stamped it: the fold looks nothing up, so category, brand, price and the value in
/// the tenant's base currency are in here.
/// </summary>
[GenerateSerializer, Immutable, Alias("personalization.CustomerEvent")]
public sealed record CustomerEvent
{
    /// <summary>What happened.</summary>
    [Id(0)] public EventType Type { get; init; }

    /// <summary>The full name of a <see cref="EventType.Custom"/> type, <c>custom:</c> included.</summary>
    [Id(1)] public string? CustomType { get; init; }

    /// <summary>The anonymous id, where the event came with both ids: then the customer's own id folds.</summary>
    [Id(2)] public string? AnonymousId { get; init; }

    /// <summary>The item.</summary>
    [Id(3)] public string? ItemId { get; init; }

    /// <summary>The item's category: the event's own, else that of the item as it was put.</summary>
    [Id(4)] public string? Category { get; init; }

    /// <summary>The item's brand, likewise.</summary>
    [Id(5)] public string? Brand { get; init; }

    /// <summary>Price of one item in the tenant's base currency, likewise; null if not known.</summary>
    [Id(6)] public decimal? UnitPrice { get; init; }

    /// <summary>Money of the line as the producer sent it, quantity already multiplied.</summary>
    [Id(7)] public decimal? Value { get; init; }

    /// <summary>ISO 4217 code of <see cref="Value"/>; null = the tenant's base currency.</summary>
    [Id(8)] public string? Currency { get; init; }

    /// <summary>Money in the tenant's base currency, unrounded: of the lines where there are lines, else of <see cref="Value"/>. Stamped once and never re-rated.</summary>
    [Id(9)] public decimal? BaseValue { get; init; }

    /// <summary>How many; null = one.</summary>
    [Id(10)] public int? Quantity { get; init; }

    /// <summary>The order; a purchase without one is an order of its own.</summary>
    [Id(11)] public string? OrderId { get; init; }

    /// <summary>The order's lines; where given they win over <see cref="ItemId"/> and <see cref="Value"/>.</summary>
    [Id(12)] public OrderLine[]? Lines { get; init; }

    /// <summary>What was searched for.</summary>
    [Id(13)] public string? Query { get; init; }

    /// <summary>What the customer wrote.</summary>
    [Id(14)] public string? Text { get; init; }

    /// <summary>Where it happened: web, app, store, email …</summary>
    [Id(15)] public string? Channel { get; init; }

    /// <summary>The producer's session id, kept as a fact; sessions are made by the gap.</summary>
    [Id(16)] public string? SessionId { get; init; }

    /// <summary>The decision that this answers or shows.</summary>
    [Id(17)] public string? DecisionId { get; init; }

    /// <summary>The action that this answers or shows.</summary>
    [Id(18)] public string? ActionId { get; init; }

    /// <summary>The place on the page, 1 = first.</summary>
    [Id(19)] public int? Position { get; init; }

    /// <summary>The producer's context as JSON text: an object.</summary>
    [Id(20)] public string? ContextJson { get; init; }
}

/// <summary>A line of an order.</summary>
[GenerateSerializer, Immutable, Alias("personalization.OrderLine")]
public sealed record OrderLine
{
    /// <summary>The item.</summary>
    [Id(0)] public string ItemId { get; init; } = "";

    /// <summary>How many; null = one.</summary>
    [Id(1)] public int? Quantity { get; init; }

    /// <summary>Money of the line in the event's currency, quantity already multiplied.</summary>
    [Id(2)] public decimal? Value { get; init; }

    /// <summary>The item's category as it was put.</summary>
    [Id(3)] public string? Category { get; init; }

    /// <summary>The item's brand as it was put.</summary>
    [Id(4)] public string? Brand { get; init; }

    /// <summary>Price of one item in the tenant's base currency.</summary>
    [Id(5)] public decimal? UnitPrice { get; init; }
}
