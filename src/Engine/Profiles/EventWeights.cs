using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>What each event type means to features.</summary>
internal static class EventWeights
{
    // Indexed by EventType: custom, pageViewed, search, productListViewed, productViewed, productClicked, productFavorited, productAdded,
    // productRemoved, cartViewed, checkoutStarted, couponApplied, purchase, refund, orderCancelled, exposure, reviewWritten,
    // messageReceived, messageOpened, supportContacted, subscribed, unsubscribed.
    private static ReadOnlySpan<double> Items => [0, 0, 0.5, 0.5, 1, 1, 3, 4, 0, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0, 0];

    /// <summary>The weight of an event in the affinities for category, brand and price band.</summary>
    public static double Item(EventType type) => Items[(int)type];

    /// <summary>
    /// Whether the customer did it. What is done to the customer (exposure, messageReceived, refund, orderCancelled) makes no session, no
    /// activity and no recent item.
    /// </summary>
    public static bool IsActivity(EventType type) => type is not (EventType.Exposure or EventType.MessageReceived or EventType.Refund or EventType.OrderCancelled);

    /// <summary>Whether it adds to a session's depth.</summary>
    public static bool IsDepth(EventType type) => type is EventType.PageViewed or EventType.ProductListViewed or EventType.ProductViewed;
}
