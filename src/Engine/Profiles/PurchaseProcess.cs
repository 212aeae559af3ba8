namespace Personalization.Engine.Profiles;

/// <summary>Orders collapsed to purchase days, with the gaps between the days by Welford's recurrence (B. P. Welford, 1962).</summary>
internal struct PurchaseProcess
{
    public uint Orders;
    public int Days;
    public int FirstDay;
    public int LastDay;
    public long FirstAt;
    public long LastAt;
    public double GapMean;

    /// <summary>Sum of squared deviations of the gaps from their mean.</summary>
    public double GapSquares;

    /// <summary>Takes a purchase; one that belongs to a known order makes no new order and no new day.</summary>
    public void Fold(long time, int day, bool isNewOrder)
    {
        if (FirstAt == 0) FirstAt = time;
        LastAt = time;
        if (!isNewOrder) return;
        Orders++;
        if (Days == 0)
        {
            FirstDay = LastDay = day;
            Days = 1;
            return;
        }

        // A zone whose clock goes back across midnight may repeat a day: that is no new one.
        if (day <= LastDay) return;
        double gap = day - LastDay;
        var gaps = Days;
        var deviation = gap - GapMean;
        GapMean += deviation / gaps;
        GapSquares += deviation * (gap - GapMean);
        LastDay = day;
        Days++;
    }
}
