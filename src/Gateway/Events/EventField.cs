namespace Personalization.Gateway.Events;

/// <summary>The members of an event that mean something; all others are ignored.</summary>
internal enum EventField
{
    Unknown,
    EventId,
    Type,
    CustomerId,
    AnonymousId,
    ItemId,
    Category,
    Brand,
    Value,
    Currency,
    Quantity,
    OrderId,
    Lines,
    Query,
    Text,
    Channel,
    SessionId,
    DecisionId,
    ActionId,
    Position,
    Context,
    Timestamp,
    SentAt,
}

/// <summary>Finds an event's member by its JSON name: by length first, so that most names cost one comparison.</summary>
internal static class EventFields
{
    /// <summary>The member of that name (case-sensitive), or <see cref="EventField.Unknown"/>.</summary>
    public static EventField Find(ReadOnlySpan<byte> name) => name.Length switch
    {
        4 => name.SequenceEqual("type"u8) ? EventField.Type : name.SequenceEqual("text"u8) ? EventField.Text : EventField.Unknown,
        5 => name[0] switch
        {
            (byte)'v' when name.SequenceEqual("value"u8) => EventField.Value,
            (byte)'b' when name.SequenceEqual("brand"u8) => EventField.Brand,
            (byte)'l' when name.SequenceEqual("lines"u8) => EventField.Lines,
            (byte)'q' when name.SequenceEqual("query"u8) => EventField.Query,
            _ => EventField.Unknown,
        },
        6 => name.SequenceEqual("itemId"u8) ? EventField.ItemId : name.SequenceEqual("sentAt"u8) ? EventField.SentAt : EventField.Unknown,
        7 => name[0] switch
        {
            (byte)'e' when name.SequenceEqual("eventId"u8) => EventField.EventId,
            (byte)'o' when name.SequenceEqual("orderId"u8) => EventField.OrderId,
            (byte)'c' when name.SequenceEqual("channel"u8) => EventField.Channel,
            (byte)'c' when name.SequenceEqual("context"u8) => EventField.Context,
            _ => EventField.Unknown,
        },
        8 => name[0] switch
        {
            (byte)'c' when name.SequenceEqual("category"u8) => EventField.Category,
            (byte)'c' when name.SequenceEqual("currency"u8) => EventField.Currency,
            (byte)'q' when name.SequenceEqual("quantity"u8) => EventField.Quantity,
            (byte)'a' when name.SequenceEqual("actionId"u8) => EventField.ActionId,
            (byte)'p' when name.SequenceEqual("position"u8) => EventField.Position,
            _ => EventField.Unknown,
        },
        9 => name.SequenceEqual("timestamp"u8) ? EventField.Timestamp : name.SequenceEqual("sessionId"u8) ? EventField.SessionId : EventField.Unknown,
        10 => name.SequenceEqual("customerId"u8) ? EventField.CustomerId : name.SequenceEqual("decisionId"u8) ? EventField.DecisionId : EventField.Unknown,
        11 => name.SequenceEqual("anonymousId"u8) ? EventField.AnonymousId : EventField.Unknown,
        _ => EventField.Unknown,
    };
}
