using Personalization.Algorithms.Lifetime;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Churn;

/// <summary>
/// When a buyer's P(alive) falls below the threshold, and whether that has been told. Told once a silence: an order newer than the one that the silence began with
/// arms it again, an older one that becomes known late does not.
/// </summary>
/// <remarks>
/// The fold decides by the parameters that the wake-up was stamped with, so it stays a pure function of its entries; when to wake is derived from the profile
/// and the silo's parameters, and is only a hint (docs/decisions/0006-churn-crossings.md). Nothing is told of customers who refuse
/// <see cref="FeaturePurpose.Personalization"/>, nor of visitors who never bought.
/// </remarks>
internal static class ChurnCrossing
{
    /// <summary>
    /// How long after a wake-up that should have told the crossing and did not the next one comes, in milliseconds: the silo that stamped it and the one that
    /// asked for it had different parameters for a moment.
    /// </summary>
    private const long RetryAfter = 3_600_000;

    /// <summary>The crossing that is still to be told, under these parameters; null if there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is outside its range.</exception>
    public static long? Of(CustomerProfile profile, in BetaGeometricModel model, double threshold)
    {
        if (new FeatureView(profile).Refuses(FeaturePurpose.Personalization)) return null;
        return profile.Purchases.LastAt > profile.ToldLastAt && DayHistory.OfPurchases(profile.Purchases) is { } history ? history.Crossing(model, threshold) : null;
    }

    /// <summary>When to wake the customer for it.</summary>
    public static long? WakeAt(CustomerProfile profile, in BetaGeometricModel model, double threshold) =>
        Of(profile, model, threshold) is { } crossing ? (crossing > profile.WokenAt ? crossing : profile.WokenAt + RetryAfter) : null;

    /// <summary>The crossing that a wake-up finds due by the parameters it is stamped with; null if there is none.</summary>
    public static long? DueAt(CustomerProfile profile, WakeUp wakeUp) =>
        wakeUp.Churn is { } stamp && Of(profile, ModelOf(stamp), stamp.Threshold) is { } crossing && crossing <= wakeUp.Due ? crossing : null;

    /// <summary>Tells a crossing and disarms it until the next order.</summary>
    public static void Tell(CustomerProfile profile, WakeUp wakeUp, long crossing, IFoldSink sink)
    {
        var history = DayHistory.OfPurchases(profile.Purchases)!.Value;
        sink.Crossed(new ChurnCrossed(profile.Customer.Text, crossing, history.LastAt, history.Frequency + 1, wakeUp.Churn!.Threshold, wakeUp.Churn.Version));
        profile.ToldLastAt = history.LastAt;
    }

    /// <summary>
    /// After a fold anew: what was told stays told, although the new fold may know other orders; what was not is told at the next wake-up.
    /// </summary>
    public static void Resume(CustomerProfile folded, CustomerProfile stored) =>
        folded.ToldLastAt = stored.Purchases.LastAt > stored.ToldLastAt ? stored.ToldLastAt : Math.Max(stored.ToldLastAt, folded.Purchases.LastAt);

    /// <summary>What is wrong with a stamp; null if nothing is.</summary>
    public static string? Fault(ChurnParameters? stamp)
    {
        if (stamp is null) return null;
        foreach (var parameter in (ReadOnlySpan<double>)[stamp.R, stamp.Alpha, stamp.A, stamp.B])
        {
            if (!(parameter > 0 && double.IsFinite(parameter))) return "a wake-up's churn parameters must be positive and finite";
        }

        return stamp.Threshold is > 0 and < 1 ? null : "a wake-up's churn threshold must be strictly between 0 and 1";
    }

    private static BetaGeometricModel ModelOf(ChurnParameters stamp) => new(BetaGeometricVariant.MbgNbd, new BetaGeometricParameters(stamp.R, stamp.Alpha, stamp.A, stamp.B));
}
