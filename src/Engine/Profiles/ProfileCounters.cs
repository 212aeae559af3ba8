using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>A customer's share of the partition's sums at one instant.</summary>
public sealed class CounterSnapshot
{
    internal CounterSnapshot(long[] values) => Values = values;

    /// <summary>Of a customer that has no row.</summary>
    public static CounterSnapshot Empty { get; } = new(new long[ProfileCounters.Count]);

    internal long[] Values { get; }

    /// <summary>Events of a type.</summary>
    internal long CountOf(EventType type) => Values[ProfileCounters.FirstType + (int)type];
}

/// <summary>
/// The sums that the store keeps per partition: <c>customers</c>, <c>events</c>, <c>type.&lt;name&gt;</c>, <c>orders</c>, <c>revenueMicros</c>,
/// <c>refundedMicros</c>, <c>late</c>, <c>bot</c>, <c>test</c>. Each is a sum over the customers of the partition, so an erasure takes the
/// customer's share out. Money is in millionths of the base currency, rounded per customer: the sum of n customers is exact to n/2 millionths.
/// </summary>
public static class ProfileCounters
{
    private static readonly string[] Names =
    [
        "customers", "events", "orders", "revenueMicros", "refundedMicros", "late", "bot", "test",
        .. Enumerable.Range(0, EventTypes.Count).Select(type => "type." + EventTypes.NameOf((EventType)type)),
    ];

    internal const int FirstType = 8;

    internal static int Count => FirstType + EventTypes.Count;

    /// <summary>The customer's share now. Keep the one of the last save.</summary>
    public static CounterSnapshot Take(CustomerProfile profile, FoldSettings settings)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ref readonly var totals = ref profile.Totals;
        var events = totals.Events;
        var values = new long[Count];
        values[0] = !profile.IsTombstone && (events > 0 || profile.Traits is not null || profile.Consents is not null) ? 1 : 0;
        values[1] = events;
        values[2] = profile.Purchases.Orders;
        values[3] = Micros(totals.Revenue);
        values[4] = Micros(totals.Refunded);
        values[5] = totals.Late;
        values[6] = totals.Bot;
        values[7] = totals.Test;
        for (var type = 0; type < EventTypes.Count; type++) values[FirstType + type] = totals.Of((EventType)type);
        return new CounterSnapshot(values);
    }

    /// <summary>By how much the sums change from one instant to a later one; what does not change is left out.</summary>
    public static IReadOnlyDictionary<string, long> Delta(CounterSnapshot before, CounterSnapshot after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var delta = new Dictionary<string, long>(4);
        for (var i = 0; i < Names.Length; i++)
        {
            var change = after.Values[i] - before.Values[i];
            if (change != 0) delta[Names[i]] = change;
        }

        return delta;
    }

    private static long Micros(decimal money) =>
        (long)Math.Clamp(decimal.Round(money * 1_000_000m, MidpointRounding.ToEven), -9_000_000_000_000_000_000m, 9_000_000_000_000_000_000m);
}
