namespace Personalization.Events;

/// <summary>What kind of thing happened. The numbers are stored and never reused; the JSON name is the member's name in camel case.</summary>
public enum EventType : byte
{
    /// <summary>A type of the producer's own, <c>custom:*</c>; its name is kept beside.</summary>
    Custom = 0,

    /// <summary>A page was viewed.</summary>
    PageViewed = 1,

    /// <summary>A search was made.</summary>
    Search = 2,

    /// <summary>A list of products was viewed.</summary>
    ProductListViewed = 3,

    /// <summary>A product was viewed.</summary>
    ProductViewed = 4,

    /// <summary>A product was clicked in a list.</summary>
    ProductClicked = 5,

    /// <summary>A product was put on a wish list.</summary>
    ProductFavorited = 6,

    /// <summary>A product was added to the cart.</summary>
    ProductAdded = 7,

    /// <summary>A product was removed from the cart.</summary>
    ProductRemoved = 8,

    /// <summary>The cart was viewed.</summary>
    CartViewed = 9,

    /// <summary>A checkout was started.</summary>
    CheckoutStarted = 10,

    /// <summary>A coupon was applied.</summary>
    CouponApplied = 11,

    /// <summary>An order, or a line of one, was paid.</summary>
    Purchase = 12,

    /// <summary>Money was given back.</summary>
    Refund = 13,

    /// <summary>An order was cancelled.</summary>
    OrderCancelled = 14,

    /// <summary>Something was shown to the customer (an impression).</summary>
    Exposure = 15,

    /// <summary>A review was written.</summary>
    ReviewWritten = 16,

    /// <summary>A message reached the customer.</summary>
    MessageReceived = 17,

    /// <summary>A message was opened.</summary>
    MessageOpened = 18,

    /// <summary>The customer asked the service for help.</summary>
    SupportContacted = 19,

    /// <summary>The customer subscribed.</summary>
    Subscribed = 20,

    /// <summary>The customer unsubscribed.</summary>
    Unsubscribed = 21,
}

/// <summary>Names of event types as they stand in JSON.</summary>
public static class EventTypes
{
    /// <summary>What the producer's own types begin with.</summary>
    public const string CustomPrefix = "custom:";

    /// <summary>The number of event types, <see cref="EventType.Custom"/> included.</summary>
    public const int Count = 22;

    private static readonly string[] Names = [.. Enum.GetValues<EventType>().Select(type => char.ToLowerInvariant(type.ToString()[0]) + type.ToString()[1..])];
    private static readonly Dictionary<string, EventType> ByName = Names.Select((name, index) => (name, index)).Skip(1).ToDictionary(pair => pair.name, pair => (EventType)pair.index);

    /// <summary>All names but the custom ones, in the order of their numbers.</summary>
    public static IEnumerable<string> All => Names.Skip(1);

    /// <summary>The JSON name of a type; <c>custom</c> for <see cref="EventType.Custom"/>.</summary>
    public static string NameOf(EventType type) => Names[(int)type];

    /// <summary>Finds a type by its JSON name; <c>custom:</c> followed by a name is <see cref="EventType.Custom"/>.</summary>
    public static bool TryParse(string? name, out EventType type)
    {
        type = EventType.Custom;
        if (name is null) return false;
        return name.Length > CustomPrefix.Length && name.StartsWith(CustomPrefix, StringComparison.Ordinal) || ByName.TryGetValue(name, out type);
    }
}
