using Personalization.Algorithms.Lifetime;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Churn;

/// <summary>
/// What the model knows of a customer, free of the asked time: days with a purchase (or a visit), and the instant from which silence is counted.
/// </summary>
/// <remarks>
/// x and t_x are counted in whole days of the tenant's time zone, as the models' data are; the silence T − t_x is real time since the last event,
/// so that P(alive) falls continuously and its crossing is an instant and not a day.
/// </remarks>
/// <param name="Frequency">x: days with an event, less the first.</param>
/// <param name="Recency">t_x: weeks from the first to the last such day; 0 where x is 0.</param>
/// <param name="LastAt">The instant of the last event, milliseconds since 1970-01-01 UTC.</param>
internal readonly record struct DayHistory(int Frequency, double Recency, long LastAt)
{
    private const double MillisecondsPerWeek = 7 * 86_400_000d;

    /// <summary>The end of the year 9999: what lies behind it is no instant that JSON can carry.</summary>
    private const double LastInstant = 253_402_300_799_999d;

    /// <summary>Days with a purchase; null if there was none.</summary>
    /// <remarks>A further line of a known order, days later, makes no new purchase day: the silence goes on from the order's own time.</remarks>
    public static DayHistory? OfPurchases(PurchaseProcess purchases) =>
        purchases.Days == 0 ? null : new DayHistory(purchases.Days - 1, (purchases.LastDay - purchases.FirstDay) / 7d, purchases.LastAt);

    /// <summary>Days with a visit; null if there was none.</summary>
    /// <remarks>
    /// The profile counts sessions and knows when the first event and the newest session were. Sessions of one day are one visit, so that a busy
    /// afternoon is no habit: x is at most the days from the first event to the newest session.
    /// </remarks>
    public static DayHistory? OfVisits(FeatureState state, FoldSettings settings)
    {
        ref readonly var session = ref state.Session;
        if (session.Ordinal == 0) return null;
        var days = Math.Max(0, LocalDay.Of(session.StartedAt, settings.Zone).Day - LocalDay.Of(state.FirstAt, settings.Zone).Day);
        var frequency = Math.Min(session.Ordinal - 1, days);
        return new DayHistory(frequency, frequency == 0 ? 0 : days / 7d, session.LastAt);
    }

    /// <summary>Weeks without an event at a time.</summary>
    public double SilenceAt(long time) => Math.Max(0, time - LastAt) / MillisecondsPerWeek;

    /// <summary>x, t_x and T at a time.</summary>
    public PurchaseStatistics At(long time) => new(Frequency, Recency, Recency + SilenceAt(time));

    /// <summary>The instant at which P(alive) falls to a threshold, to the nearest millisecond; null if that is never before the year 10,000.</summary>
    public long? Crossing(in BetaGeometricModel model, double threshold)
    {
        var silence = model.CrossingTime(new PurchaseStatistics(Frequency, Recency, Recency), threshold) - Recency;
        var instant = LastAt + Math.Round(silence * MillisecondsPerWeek);
        return instant <= LastInstant ? (long)instant : null;
    }
}
