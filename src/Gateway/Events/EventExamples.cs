namespace Personalization.Gateway.Events;

/// <summary>Examples of the contract; a test sends each.</summary>
internal static class EventExamples
{
    /// <summary>A purchase of two lines.</summary>
    public const string One =
        """
        {"eventId":"e-1001","type":"purchase","customerId":"c-42","orderId":"o-7","currency":"EUR","channel":"web",
         "lines":[{"itemId":"sku-1","quantity":1,"value":89.90},{"itemId":"sku-2","quantity":2,"value":19.00}],
         "timestamp":"2026-03-01T11:59:30Z","sentAt":"2026-03-01T12:00:00Z"}
        """;

    /// <summary>A product view as a CloudEvent.</summary>
    public const string CloudEvent =
        """
        {"specversion":"1.0","id":"e-1002","source":"/shop","type":"com.shop.productViewed","subject":"c-42",
         "time":"2026-03-01T11:59:30Z","datacontenttype":"application/json","data":{"itemId":"sku-1"}}
        """;
}
