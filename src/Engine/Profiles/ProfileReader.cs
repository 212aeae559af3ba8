using System.Globalization;
using Personalization.Algorithms.Counting;
using Personalization.Customers;
using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>Evaluates a profile at a time, as a reader sees it. See docs/features.md for every formula.</summary>
/// <param name="settings">The settings that the profile was folded with.</param>
public sealed class ProfileReader(FoldSettings settings)
{
    private static readonly string[] DayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>The hashes whose names <see cref="View"/> needs.</summary>
    public IReadOnlySet<ulong> NamesOf(CustomerProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var state = profile.Live(settings);
        var hashes = new HashSet<ulong>();
        for (var i = 0; i < state.Items.Count; i++) hashes.Add(state.Items[i].Item);
        foreach (var key in state.Categories.Keys) hashes.Add(key);
        foreach (var key in state.Brands.Keys) hashes.Add(key);
        foreach (var key in state.Channels.Keys) hashes.Add(key);
        return hashes;
    }

    /// <summary>The items remembered last, newest first: their events are the evidence that <see cref="View"/> asks for.</summary>
    public IReadOnlyList<RecentItem> RecentItemsOf(CustomerProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var items = profile.Live(settings).Items;
        var list = new RecentItem[items.Count];
        for (var i = 0; i < list.Length; i++) list[i] = items[items.Count - 1 - i];
        return list;
    }

    /// <summary>The profile at a time.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="at">When, milliseconds since 1970-01-01 UTC; before the newest event everything is evaluated at that event.</param>
    /// <param name="names">Names behind hashes; one that is missing is shown as 16 hexadecimal digits.</param>
    /// <param name="eventId">The event id behind a recent item; null where it is not known.</param>
    public ProfileView View(CustomerProfile profile, long at, IReadOnlyDictionary<ulong, string> names, Func<RecentItem, string?> eventId)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(eventId);
        var newest = profile.NewestEventTime;
        var time = Math.Max(at, newest);
        var state = profile.Live(settings);
        return new ProfileView
        {
            CustomerId = profile.Customer.PublicId,
            At = at,
            Applied = profile.Applied,
            Totals = Totals(profile),
            FirstSeenAt = state.FirstAt == 0 ? null : state.FirstAt,
            LastSeenAt = newest == 0 ? null : newest,
            Session = SessionOf(state, time),
            RecentItems = [.. RecentItemsOf(profile).Select(item =>
                new RecentItemView(NameOf(item.Item, names), EventTypes.NameOf(item.Type), item.Time, eventId(item), item.Position))],
            Activity = Activity(state, time),
            Affinities = Affinities(state, time, names),
            Purchases = Purchases(profile, state, time),
            Refunds = Refunds(profile),
            Messages = Messages(profile, state),
            Traits = profile.Traits is null ? new Dictionary<string, string>() : new Dictionary<string, string>(profile.Traits),
            Consents = profile.Consents is null
                ? new Dictionary<string, ConsentView>()
                : profile.Consents.ToDictionary(pair => pair.Key, pair => new ConsentView(pair.Value.Granted, pair.Value.At)),
            OtherPurposesRefusedAt = profile.OthersRefusedAt == 0 ? null : profile.OthersRefusedAt,
        };
    }

    private static string NameOf(ulong hash, IReadOnlyDictionary<ulong, string> names) =>
        names.TryGetValue(hash, out var name) ? name : hash.ToString("x16", CultureInfo.InvariantCulture);

    private static TotalsView Totals(CustomerProfile profile)
    {
        ref readonly var totals = ref profile.Totals;
        var byType = new Dictionary<string, long>();
        for (var type = 0; type < EventTypes.Count; type++)
        {
            if (totals.ByType[type] != 0) byType[EventTypes.NameOf((EventType)type)] = totals.ByType[type];
        }

        if (profile.CustomTypes is { } custom)
        {
            // Those that are told by name are not told once more as "custom", so that all of them sum up to the events.
            var rest = totals.Of(EventType.Custom);
            foreach (var (name, count) in custom)
            {
                byType[name] = count;
                rest -= count;
            }

            var others = EventTypes.NameOf(EventType.Custom);
            if (rest > 0) byType[others] = rest;
            else byType.Remove(others);
        }

        return new TotalsView
        {
            Events = totals.Events,
            Views = totals.Of(EventType.ProductViewed),
            Carts = totals.Of(EventType.ProductAdded),
            Purchases = totals.Of(EventType.Purchase),
            Orders = profile.Purchases.Orders,
            Revenue = totals.Revenue,
            Refunded = totals.Refunded,
            Late = totals.Late,
            ByType = byType,
            Bot = totals.Bot,
            Test = totals.Test,
        };
    }

    private SessionView? SessionOf(FeatureState state, long time)
    {
        ref readonly var session = ref state.Session;
        if (session.Ordinal == 0) return null;
        return new SessionView
        {
            StartedAt = session.StartedAt,
            LastAt = session.LastAt,
            Active = time - session.LastAt <= settings.SessionGapMs,
            LengthSeconds = (session.LastAt - session.StartedAt) / 1000d,
            Events = session.Events,
            Depth = session.Depth,
            Views = session.Views,
            CartItems = session.CartItems,
            CartValue = session.CartValue,
            Purchases = session.Purchases,
            Ordinal = session.Ordinal,
        };
    }

    private static Dictionary<string, double> Activity(FeatureState state, long time)
    {
        Span<double> values = stackalloc double[Decay.Activities];
        DecayedValues.At(state.Activity, state.DecayedAt, Decay.ActivityHalfLives, time, values);
        var activity = new Dictionary<string, double>(Decay.Activities);
        for (var i = 0; i < Decay.Activities; i++) activity[Decay.ActivityNames[i]] = values[i];
        return activity;
    }

    private Dictionary<string, IReadOnlyList<AffinityView>> Affinities(FeatureState state, long time, IReadOnlyDictionary<ulong, string> names)
    {
        var factor = settings.AffinityDecay.Factor(time - state.DecayedAt);
        return new Dictionary<string, IReadOnlyList<AffinityView>>
        {
            ["category"] = Table(state.Categories, factor, names),
            ["brand"] = Table(state.Brands, factor, names),
            ["priceBand"] = Dense(state, 0, PriceBands.Count, factor, band => PriceBands.Name(band, settings.PriceBandUnit)),
            ["channel"] = Table(state.Channels, factor, names),
            ["hourOfDay"] = Dense(state, FeatureState.HoursStart, FeatureState.Hours, factor, hour => hour.ToString("00", CultureInfo.InvariantCulture)),
            ["dayOfWeek"] = Dense(state, FeatureState.DaysStart, FeatureState.DaysOfWeek, factor, day => DayNames[day]),
        };
    }

    private static List<AffinityView> Table(AffinityTable table, double factor, IReadOnlyDictionary<ulong, string> names)
    {
        var rows = new List<(string, double)>(table.Count);
        for (var i = 0; i < table.Count; i++) rows.Add((NameOf(table.Keys[i], names), table.Weights[i] * factor));
        return Ranked(rows);
    }

    private static List<AffinityView> Dense(FeatureState state, int start, int count, double factor, Func<int, string> name)
    {
        var rows = new List<(string, double)>();
        for (var i = 0; i < count && state.Dense.Length > 0; i++)
        {
            if (state.Dense[start + i] > 0) rows.Add((name(i), state.Dense[start + i] * factor));
        }

        return Ranked(rows);
    }

    private static List<AffinityView> Ranked(List<(string Name, double Value)> rows)
    {
        var sum = 0d;
        foreach (var (_, value) in rows) sum += value;
        rows.Sort((left, right) => left.Value != right.Value ? right.Value.CompareTo(left.Value) : string.CompareOrdinal(left.Name, right.Name));
        return rows.ConvertAll(row => new AffinityView(row.Name, row.Value, sum > 0 ? row.Value / sum : 0));
    }

    private PurchasesView Purchases(CustomerProfile profile, FeatureState state, long time)
    {
        var process = state.Purchases;
        var view = new PurchasesView
        {
            Refunds = (int)profile.Totals.Of(EventType.Refund),
            Cancellations = (int)profile.Totals.Of(EventType.OrderCancelled),
            MeanOrderValue = profile.MeanOrderValue,
        };
        if (process.Days == 0) return view;
        var today = DayOf(time);
        return view with
        {
            PurchaseDays = process.Days,
            Frequency = process.Days - 1,
            RecencyWeeks = (process.LastDay - process.FirstDay) / 7d,
            AgeWeeks = Math.Max(0, today - process.FirstDay) / 7d,
            FirstAt = process.FirstAt,
            LastAt = process.LastAt,
            MeanInterPurchaseDays = process.Days < 2 ? null : process.GapMean,
            StdDevInterPurchaseDays = process.Days < 3 ? null : Math.Sqrt(process.GapSquares / (process.Days - 2)),
            DaysSinceLast = (time - process.LastAt) / 86_400_000d,
        };
    }

    private static RefundsView Refunds(CustomerProfile profile)
    {
        var (orders, value) = profile.Purchases.BeyondPaid();
        return new RefundsView { BeyondPaid = orders, BeyondPaidValue = value };
    }

    private int DayOf(long time) => LocalDay.Of(time, settings.Zone).Day;

    private static MessagesView Messages(CustomerProfile profile, FeatureState state)
    {
        var received = profile.Totals.Of(EventType.MessageReceived);
        var opened = profile.Totals.Of(EventType.MessageOpened);
        return new MessagesView
        {
            Received = received,
            Opened = opened,
            OpenRate = received == 0 ? null : (double)opened / received,
            LastOpenedAt = state.LastOpenedAt == 0 ? null : state.LastOpenedAt,
            Subscribed = state.Subscription == 0 ? null : state.Subscription == 1,
        };
    }
}
