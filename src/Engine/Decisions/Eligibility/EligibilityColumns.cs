using Personalization.Algorithms.Counting;
using Personalization.Engine.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Decisions.Eligibility;

/// <summary>The names that an expression may use without parentheses: the numbers of <c>GET /v1/customers/{id}</c>, named as there, and a few short forms.</summary>
internal static class EligibilityColumns
{
    private static readonly string[] DayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    private static readonly Dictionary<string, EligibilityColumn> ByName = Make().ToDictionary(column => column.Name, StringComparer.Ordinal);

    public static IReadOnlyCollection<EligibilityColumn> All => ByName.Values;

    public static IReadOnlyCollection<string> DaysOfWeek => DayNames;

    public static EligibilityColumn? Find(string name) => ByName.GetValueOrDefault(name);

    private static IEnumerable<EligibilityColumn> Make()
    {
        yield return Text("customerId", static (in c) => c.Profile.Customer.Text.AsSpan(c.Profile.Tenant.Length + 1));
        yield return Time("at", static (in c) => c.At);
        yield return Number("hourOfDay", static (in c) => LocalDay.Of(c.At, c.Settings.Zone).Hour);
        yield return Text("dayOfWeek", static (in c) => DayNames[LocalDay.DayOfWeek(LocalDay.Of(c.At, c.Settings.Zone).Day)]);

        yield return Number("totals.events", static (in c) => c.Profile.Totals.Events);
        yield return Number("totals.views", static (in c) => c.Profile.Totals.Of(EventType.ProductViewed));
        yield return Number("totals.carts", static (in c) => c.Profile.Totals.Of(EventType.ProductAdded));
        yield return Number("totals.purchases", static (in c) => c.Profile.Totals.Of(EventType.Purchase));
        yield return Number("totals.orders", Orders);
        yield return Number("totals.revenue", Revenue);
        yield return Number("totals.refunded", static (in c) => (double)c.Profile.Totals.Refunded);
        yield return Number("totals.late", static (in c) => c.Profile.Totals.Late);
        yield return Number("totals.bot", static (in c) => c.Profile.Totals.Bot);
        yield return Number("totals.test", static (in c) => c.Profile.Totals.Test);
        foreach (var name in EventTypes.All)
        {
            _ = EventTypes.TryParse(name, out var type);
            yield return Number("totals.byType." + name, (in c) => c.Profile.Totals.Of(type));
        }

        yield return Number("orders", Orders);
        yield return Number("revenue", Revenue);
        yield return Time("firstSeenAt", static (in c) => OrNull(c.State.FirstAt));
        yield return Time("lastSeenAt", static (in c) => OrNull(c.Profile.NewestEventTime));
        yield return Number("daysSinceFirstSeen", static (in c) => (c.Time - OrNull(c.State.FirstAt)) / Durations.Day, Durations.Day);
        yield return Number("daysSinceLastSeen", static (in c) => (c.Time - OrNull(c.Profile.NewestEventTime)) / Durations.Day, Durations.Day);
        yield return Number("daysSinceLastPurchase", DaysSinceLastPurchase, Durations.Day);

        yield return Flag("session.active", static (in c) => c.State.Session.Ordinal == 0 ? null : c.Time - c.State.Session.LastAt <= c.Settings.SessionGapMs);
        yield return Time("session.startedAt", static (in c) => c.State.Session.Ordinal == 0 ? double.NaN : c.State.Session.StartedAt);
        yield return Time("session.lastAt", static (in c) => c.State.Session.Ordinal == 0 ? double.NaN : c.State.Session.LastAt);
        yield return Session("lengthSeconds", static session => (session.LastAt - session.StartedAt) / 1000d, Durations.Second);
        yield return Session("events", static session => session.Events);
        yield return Session("depth", static session => session.Depth);
        yield return Session("views", static session => session.Views);
        yield return Session("cartItems", static session => session.CartItems);
        yield return Session("cartValue", static session => (double)session.CartValue);
        yield return Session("purchases", static session => session.Purchases);
        yield return Session("ordinal", static session => session.Ordinal);

        for (var i = 0; i < Decay.Activities; i++)
        {
            var index = i;
            yield return Number("activity." + Decay.ActivityNames[i], (in c) => ActivityOf(c, index));
        }

        yield return Number("purchases.purchaseDays", static (in c) => c.State.Purchases.Days);
        yield return Number("purchases.frequency", static (in c) => Math.Max(0, c.State.Purchases.Days - 1));
        yield return Number("purchases.recencyWeeks", static (in c) => (c.State.Purchases.LastDay - c.State.Purchases.FirstDay) / 7d, Durations.Week);
        yield return Number("purchases.ageWeeks", AgeWeeks, Durations.Week);
        yield return Number("purchases.meanOrderValue", static (in c) => (double)c.Profile.MeanOrderValue);
        yield return Time("purchases.firstAt", static (in c) => OrNull(c.State.Purchases.FirstAt));
        yield return Time("purchases.lastAt", static (in c) => OrNull(c.State.Purchases.LastAt));
        yield return Number("purchases.daysSinceLast", DaysSinceLastPurchase, Durations.Day);
        yield return Number("purchases.meanInterPurchaseDays", static (in c) => c.State.Purchases.Days < 2 ? double.NaN : c.State.Purchases.GapMean, Durations.Day);
        yield return Number(
            "purchases.stdDevInterPurchaseDays",
            static (in c) => c.State.Purchases.Days < 3 ? double.NaN : Math.Sqrt(c.State.Purchases.GapSquares / (c.State.Purchases.Days - 2)),
            Durations.Day);
        yield return Number("purchases.refunds", static (in c) => c.Profile.Totals.Of(EventType.Refund));
        yield return Number("purchases.cancellations", static (in c) => c.Profile.Totals.Of(EventType.OrderCancelled));

        yield return Number("messages.received", static (in c) => c.Profile.Totals.Of(EventType.MessageReceived));
        yield return Number("messages.opened", static (in c) => c.Profile.Totals.Of(EventType.MessageOpened));
        yield return Number("messages.openRate", OpenRate);
        yield return Time("messages.lastOpenedAt", static (in c) => OrNull(c.State.LastOpenedAt));
        yield return Flag("messages.subscribed", static (in c) => c.State.Subscription == 0 ? null : c.State.Subscription == 1);
    }

    private static double OrNull(long time) => time == 0 ? double.NaN : time;

    private static double Orders(in EligibilityContext c) => c.State.Purchases.Orders;

    private static double Revenue(in EligibilityContext c) => (double)c.Profile.Totals.Revenue;

    private static double DaysSinceLastPurchase(in EligibilityContext c) => c.State.Purchases.Days == 0 ? double.NaN : (c.Time - c.State.Purchases.LastAt) / Durations.Day;

    private static double AgeWeeks(in EligibilityContext c) =>
        c.State.Purchases.Days == 0 ? 0 : Math.Max(0, LocalDay.Of(c.Time, c.Settings.Zone).Day - c.State.Purchases.FirstDay) / 7d;

    private static double OpenRate(in EligibilityContext c) =>
        c.Profile.Totals.Of(EventType.MessageReceived) is > 0 and var received ? (double)c.Profile.Totals.Of(EventType.MessageOpened) / received : double.NaN;

    private static double ActivityOf(in EligibilityContext c, int index)
    {
        Span<double> value = stackalloc double[1];
        ReadOnlySpan<double> all = c.State.Activity;
        DecayedValues.At(all.Slice(index, 1), c.State.DecayedAt, Decay.ActivityHalfLives.Slice(index, 1), c.Time, value);
        return value[0];
    }

    private static EligibilityColumn Session(string name, Func<Session, double> read, double unitMs = 0) =>
        Number("session." + name, (in c) => c.State.Session.Ordinal == 0 ? double.NaN : read(c.State.Session), unitMs);

    private static EligibilityColumn Number(string name, NumberRead read, double unitMs = 0) => new(name, ValueKind.Number, unitMs, Number: new NumberColumn(read));

    private static EligibilityColumn Time(string name, NumberRead read) => new(name, ValueKind.Time, 0, Number: new NumberColumn(read));

    private static EligibilityColumn Flag(string name, FlagRead read) => new(name, ValueKind.Flag, 0, Flag: new FlagColumn(read));

    private static EligibilityColumn Text(string name, TextRead read) => new(name, ValueKind.Text, 0, Text: new TextColumn(read));
}

/// <summary>A column: a name, what kind of value it is, and how it is read.</summary>
/// <param name="Name">As it stands in expressions.</param>
/// <param name="Kind">What it is.</param>
/// <param name="UnitMs">Milliseconds of its unit where it is a number of days or the like, so that it compares with durations; else 0.</param>
/// <param name="Number">Reads a number or a time.</param>
/// <param name="Flag">Reads a truth value.</param>
/// <param name="Text">Reads a text.</param>
internal sealed record EligibilityColumn(string Name, ValueKind Kind, double UnitMs, NumberNode? Number = null, FlagNode? Flag = null, TextNode? Text = null);
