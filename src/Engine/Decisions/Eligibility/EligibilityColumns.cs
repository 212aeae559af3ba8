using Personalization.Algorithms.Counting;
using Personalization.Engine.Features;
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
        yield return Text(FeaturePurpose.Request, "customerId", static (in c) => c.Profile.Customer.Text.AsSpan(c.Profile.Tenant.Length + 1));
        yield return Time(FeaturePurpose.Request, "at", static (in c) => c.At);
        yield return Number(FeaturePurpose.Request, "hourOfDay", static (in c) => LocalDay.Of(c.At, c.Settings.Zone).Hour);
        yield return Text(FeaturePurpose.Request, "dayOfWeek", static (in c) => DayNames[LocalDay.DayOfWeek(LocalDay.Of(c.At, c.Settings.Zone).Day)]);

        yield return Number(FeaturePurpose.Operation, "totals.events", static (in c) => c.Profile.Totals.Events);
        yield return Number(FeaturePurpose.Operation, "totals.views", static (in c) => c.Profile.Totals.Of(EventType.ProductViewed));
        yield return Number(FeaturePurpose.Operation, "totals.carts", static (in c) => c.Profile.Totals.Of(EventType.ProductAdded));
        yield return Number(FeaturePurpose.Operation, "totals.purchases", static (in c) => c.Profile.Totals.Of(EventType.Purchase));
        yield return Number(FeaturePurpose.Operation, "totals.orders", Orders);
        yield return Number(FeaturePurpose.Operation, "totals.revenue", Revenue);
        yield return Number(FeaturePurpose.Operation, "totals.refunded", static (in c) => (double)c.Profile.Totals.Refunded);
        yield return Number(FeaturePurpose.Operation, "totals.late", static (in c) => c.Profile.Totals.Late);
        yield return Number(FeaturePurpose.Operation, "totals.bot", static (in c) => c.Profile.Totals.Bot);
        yield return Number(FeaturePurpose.Operation, "totals.test", static (in c) => c.Profile.Totals.Test);
        foreach (var name in EventTypes.All)
        {
            _ = EventTypes.TryParse(name, out var type);
            yield return Number(FeaturePurpose.Operation, "totals.byType." + name, (in c) => c.Profile.Totals.Of(type));
        }

        yield return Number(FeaturePurpose.Operation, "orders", Orders);
        yield return Number(FeaturePurpose.Operation, "revenue", Revenue);
        yield return Time(FeaturePurpose.Operation, "firstSeenAt", static (in c) => OrNull(c.State.FirstAt));
        yield return Time(FeaturePurpose.Operation, "lastSeenAt", static (in c) => OrNull(c.Profile.NewestEventTime));
        yield return Number(FeaturePurpose.Operation, "daysSinceFirstSeen", static (in c) => (c.Time - OrNull(c.State.FirstAt)) / Durations.Day, Durations.Day);
        yield return Number(FeaturePurpose.Operation, "daysSinceLastSeen", static (in c) => (c.Time - OrNull(c.Profile.NewestEventTime)) / Durations.Day, Durations.Day);
        yield return Number(FeaturePurpose.Operation, "daysSinceLastPurchase", DaysSinceLastPurchase, Durations.Day);

        yield return Flag(FeaturePurpose.Personalization, "session.active", static (in c) => c.State.Session.Ordinal == 0 ? null : c.Time - c.State.Session.LastAt <= c.Settings.SessionGapMs);
        yield return Time(FeaturePurpose.Personalization, "session.startedAt", static (in c) => c.State.Session.Ordinal == 0 ? double.NaN : c.State.Session.StartedAt);
        yield return Time(FeaturePurpose.Personalization, "session.lastAt", static (in c) => c.State.Session.Ordinal == 0 ? double.NaN : c.State.Session.LastAt);
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
            yield return Number(FeaturePurpose.Personalization, "activity." + Decay.ActivityNames[i], (in c) => ActivityOf(c, index));
        }

        yield return Number(FeaturePurpose.Operation, "purchases.purchaseDays", static (in c) => c.State.Purchases.Days);
        yield return Number(FeaturePurpose.Operation, "purchases.frequency", static (in c) => Math.Max(0, c.State.Purchases.Days - 1));
        yield return Number(FeaturePurpose.Operation, "purchases.recencyWeeks", static (in c) => (c.State.Purchases.LastDay - c.State.Purchases.FirstDay) / 7d, Durations.Week);
        yield return Number(FeaturePurpose.Operation, "purchases.ageWeeks", AgeWeeks, Durations.Week);
        yield return Number(FeaturePurpose.Operation, "purchases.meanOrderValue", static (in c) => (double)c.Profile.MeanOrderValue);
        yield return Time(FeaturePurpose.Operation, "purchases.firstAt", static (in c) => OrNull(c.State.Purchases.FirstAt));
        yield return Time(FeaturePurpose.Operation, "purchases.lastAt", static (in c) => OrNull(c.State.Purchases.LastAt));
        yield return Number(FeaturePurpose.Operation, "purchases.daysSinceLast", DaysSinceLastPurchase, Durations.Day);
        yield return Number(FeaturePurpose.Operation, "purchases.meanInterPurchaseDays", static (in c) => c.State.Purchases.Days < 2 ? double.NaN : c.State.Purchases.GapMean, Durations.Day);
        yield return Number(
            FeaturePurpose.Operation, "purchases.stdDevInterPurchaseDays",
            static (in c) => c.State.Purchases.Days < 3 ? double.NaN : Math.Sqrt(c.State.Purchases.GapSquares / (c.State.Purchases.Days - 2)),
            Durations.Day);
        yield return Number(FeaturePurpose.Operation, "purchases.refunds", static (in c) => c.Profile.Totals.Of(EventType.Refund));
        yield return Number(FeaturePurpose.Operation, "purchases.cancellations", static (in c) => c.Profile.Totals.Of(EventType.OrderCancelled));

        yield return Number(FeaturePurpose.Marketing, "messages.received", static (in c) => c.Profile.Totals.Of(EventType.MessageReceived));
        yield return Number(FeaturePurpose.Marketing, "messages.opened", static (in c) => c.Profile.Totals.Of(EventType.MessageOpened));
        yield return Number(FeaturePurpose.Marketing, "messages.openRate", OpenRate);
        yield return Time(FeaturePurpose.Marketing, "messages.lastOpenedAt", static (in c) => OrNull(c.State.LastOpenedAt));
        yield return Flag(FeaturePurpose.Marketing, "messages.subscribed", static (in c) => c.State.Subscription == 0 ? null : c.State.Subscription == 1);
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
        Number(FeaturePurpose.Personalization, "session." + name, (in c) => c.State.Session.Ordinal == 0 ? double.NaN : read(c.State.Session), unitMs);

    private static EligibilityColumn Number(FeaturePurpose purpose, string name, NumberRead read, double unitMs = 0) =>
        new(name, purpose, ValueKind.Number, unitMs, Number: new NumberColumn(purpose, read));

    private static EligibilityColumn Time(FeaturePurpose purpose, string name, NumberRead read) => new(name, purpose, ValueKind.Time, 0, Number: new NumberColumn(purpose, read));

    private static EligibilityColumn Flag(FeaturePurpose purpose, string name, FlagRead read) => new(name, purpose, ValueKind.Flag, 0, Flag: new FlagColumn(purpose, read));

    private static EligibilityColumn Text(FeaturePurpose purpose, string name, TextRead read) => new(name, purpose, ValueKind.Text, 0, Text: new TextColumn(purpose, read));
}

/// <summary>A column: a name, what kind of value it is, and how it is read.</summary>
/// <param name="Name">As it stands in expressions.</param>
/// <param name="Purpose">What it is read for.</param>
/// <param name="Kind">What it is.</param>
/// <param name="UnitMs">Milliseconds of its unit where it is a number of days or the like, so that it compares with durations; else 0.</param>
/// <param name="Number">Reads a number or a time.</param>
/// <param name="Flag">Reads a truth value.</param>
/// <param name="Text">Reads a text.</param>
internal sealed record EligibilityColumn(string Name, FeaturePurpose Purpose, ValueKind Kind, double UnitMs, NumberNode? Number = null, FlagNode? Flag = null, TextNode? Text = null);
