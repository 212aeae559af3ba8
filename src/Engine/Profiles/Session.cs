namespace Personalization.Engine.Profiles;

/// <summary>A run of activity with no gap above the session gap.</summary>
internal struct Session
{
    public long StartedAt;
    public long LastAt;
    public int Ordinal;
    public int Events;
    public int Depth;
    public int Views;
    public int CartItems;
    public int Purchases;
    public decimal CartValue;

    /// <summary>Takes an activity into the session.</summary>
    public void Fold(in Fact fact)
    {
        LastAt = fact.Time;
        Events++;
        if (EventWeights.IsDepth(fact.Type)) Depth++;
        switch (fact.Type)
        {
            case Personalization.Events.EventType.ProductViewed:
                Views++;
                break;
            case Personalization.Events.EventType.ProductAdded:
                CartItems += fact.Quantity;
                CartValue += fact.Money;
                break;
            case Personalization.Events.EventType.ProductRemoved:
                CartItems = Math.Max(0, CartItems - fact.Quantity);
                CartValue = CartItems == 0 ? 0 : Math.Max(0, CartValue - fact.Money);
                break;
            case Personalization.Events.EventType.Purchase:
                Purchases++;
                CartItems = 0;
                CartValue = 0;
                break;
        }
    }
}
