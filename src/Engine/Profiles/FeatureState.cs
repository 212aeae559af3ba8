using System.Runtime.CompilerServices;
using Personalization.Algorithms.Counting;
using Personalization.Events;

namespace Personalization.Engine.Profiles;

[InlineArray(Decay.Activities)]
internal struct ActivityCounts
{
    private double _first;
}

/// <summary>
/// All features that depend on the order of events, folded strictly in the order of features. The same code makes the base of a profile and,
/// on a copy of it, the live state.
/// </summary>
internal sealed class FeatureState
{
    public const int Hours = 24;
    public const int DaysOfWeek = 7;

    /// <summary>Price bands, hours and days of week in one array: keys that are numbers need no table.</summary>
    public const int DenseLength = PriceBands.Count + Hours + DaysOfWeek;

    public const int HoursStart = PriceBands.Count;
    public const int DaysStart = PriceBands.Count + Hours;

    /// <summary>Event time of the first fact; 0 = there is none.</summary>
    public long FirstAt;

    /// <summary>Where the last fact stands in the order of features.</summary>
    public long LastTime;

    public ulong LastIdHash;

    /// <summary>What activity counts and affinities are relative to: the last activity.</summary>
    public long DecayedAt;

    public ActivityCounts Activity;
    public Session Session;
    public long LastOpenedAt;

    /// <summary>0 = unknown, 1 = subscribed, 2 = unsubscribed.</summary>
    public byte Subscription;

    public AffinityTable Categories = new();
    public AffinityTable Brands = new();
    public AffinityTable Channels = new();
    public double[] Dense = [];
    public RecentItems Items = new();

    /// <summary>Sets and sums that no order changes: shared by base and live state, never copied.</summary>
    public readonly PurchaseProcess Purchases = new();

    public FeatureState Clone()
    {
        var copy = (FeatureState)MemberwiseClone();
        copy.Categories = Categories.Clone();
        copy.Brands = Brands.Clone();
        copy.Channels = Channels.Clone();
        copy.Dense = (double[])Dense.Clone();
        copy.Items = Items.Clone();
        return copy;
    }

    /// <summary>Whether the fact starts a new session, which makes the present one final.</summary>
    public bool EndsSession(in Fact fact, FoldSettings settings) =>
        Session.Ordinal > 0 && fact.Part == 0 && EventWeights.IsActivity(fact.Type) && fact.Time - Session.LastAt > settings.SessionGapMs;

    public void Fold(in Fact fact, FoldSettings settings)
    {
        if (fact.Part == 0) FoldEvent(fact, settings);
        if (fact.Item != 0 && EventWeights.IsActivity(fact.Type)) Items.Add(new RecentItem(fact.Item, fact.Time, fact.Position, fact.Type), settings.RecentItems);
        var weight = EventWeights.Item(fact.Type);
        if (weight == 0) return;
        if (fact.Category != 0) Categories.Add(fact.Category, weight, settings.Categories);
        if (fact.Brand != 0) Brands.Add(fact.Brand, weight, settings.Brands);
        if (fact.PriceBand < PriceBands.Count) Dense[fact.PriceBand] += weight;
    }

    private void FoldEvent(in Fact fact, FoldSettings settings)
    {
        if (FirstAt == 0) FirstAt = fact.Time;
        LastTime = fact.Time;
        LastIdHash = fact.IdHash;
        if (EventWeights.IsActivity(fact.Type)) FoldActivity(fact, settings);
        switch (fact.Type)
        {
            case EventType.MessageOpened:
                LastOpenedAt = fact.Time;
                break;
            case EventType.Subscribed:
                Subscription = 1;
                break;
            case EventType.Unsubscribed:
                Subscription = 2;
                break;
        }
    }

    private void FoldActivity(in Fact fact, FoldSettings settings)
    {
        if (Dense.Length == 0) Dense = new double[DenseLength];
        Advance(fact.Time, settings);
        var (day, hour) = LocalDay.Of(fact.Time, settings.Zone);
        Dense[HoursStart + hour]++;
        Dense[DaysStart + LocalDay.DayOfWeek(day)]++;
        if (fact.Channel != 0) Channels.Add(fact.Channel, 1, settings.Channels);
        if (Session.Ordinal == 0 || fact.Time - Session.LastAt > settings.SessionGapMs)
            Session = new Session { StartedAt = fact.Time, Ordinal = Session.Ordinal + 1 };
        Session.Fold(fact);
    }

    /// <summary>Moves what decays to the time of an activity, and counts it. All tables share one time, so one power serves them all.</summary>
    private void Advance(long time, FoldSettings settings)
    {
        var elapsed = time - DecayedAt;
        DecayedValues.Add(Activity, ref DecayedAt, Decay.ActivityHalfLives, time, 1);
        DecayedAt = time;
        if (elapsed == 0 || Session.Ordinal == 0) return;
        var factor = settings.AffinityDecay.Factor(elapsed);
        Categories.Scale(factor);
        Brands.Scale(factor);
        Channels.Scale(factor);
        AffinityTable.Scale(Dense, factor);
    }
}
