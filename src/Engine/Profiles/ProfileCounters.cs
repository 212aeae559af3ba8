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
/// The sums that the store keeps per partition: <c>customers</c>, <c>events</c>, <c>type.&lt;name&gt;</c>, <c>orders</c>, <c>late</c>, <c>bot</c>, <c>test</c>, and
/// money in two parts, <c>revenueThousands</c> with <c>revenueMicros</c>, <c>refundedThousands</c> with <c>refundedMicros</c>. Each is a sum over the customers of the
/// partition, so an erasure takes the customer's share out.
/// </summary>
/// <remarks>
/// A customer's money is rounded to millionths of the base currency, so the sum of n customers is exact to n/2 millionths, and is told as whole thousands and the millionths left, both of its sign.
/// In millionths alone a few customers of the largest orders would leave the range of 64 bits, after which SQLite adds in floating point and Redis not at all; in two parts neither leaves it before 10⁹ customers or 10²¹ of money
/// in a partition. Rows of before, all in millionths, add up with them.
/// </remarks>
public static class ProfileCounters
{
    private const decimal MicrosOfOne = 1_000_000m;
    private const decimal Thousand = 1_000m;
    private const string ThousandsSuffix = "Thousands", MicrosSuffix = "Micros";

    private static readonly string[] Names =
    [
        "customers", "events", "orders", "revenue" + ThousandsSuffix, "revenue" + MicrosSuffix, "refunded" + ThousandsSuffix, "refunded" + MicrosSuffix, "late", "bot", "test",
        .. Enumerable.Range(0, EventTypes.Count).Select(type => "type." + EventTypes.NameOf((EventType)type)),
    ];

    internal const int FirstType = 10;

    internal static int Count => FirstType + EventTypes.Count;

    /// <summary>The revenue in a partition's sums, base currency.</summary>
    public static decimal Revenue(IReadOnlyDictionary<string, long> sums) => Money(sums, "revenue");

    /// <summary>What was refunded, in a partition's sums, base currency.</summary>
    public static decimal Refunded(IReadOnlyDictionary<string, long> sums) => Money(sums, "refunded");

    /// <summary>Whether a sum is a part of <see cref="Revenue"/> or <see cref="Refunded"/>.</summary>
    public static bool IsMoney(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(ThousandsSuffix, StringComparison.Ordinal) || name.EndsWith(MicrosSuffix, StringComparison.Ordinal);
    }

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
        (values[3], values[4]) = Parts(totals.Revenue);
        (values[5], values[6]) = Parts(totals.Refunded);
        values[7] = totals.Late;
        values[8] = totals.Bot;
        values[9] = totals.Test;
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

    private static decimal Money(IReadOnlyDictionary<string, long> sums, string name)
    {
        ArgumentNullException.ThrowIfNull(sums);
        return (sums.GetValueOrDefault(name + ThousandsSuffix) * Thousand) + (sums.GetValueOrDefault(name + MicrosSuffix) / MicrosOfOne);
    }

    /// <summary>Whole thousands, and the millionths left.</summary>
    private static (long Thousands, long Micros) Parts(decimal money)
    {
        var thousands = decimal.Truncate(money / Thousand);
        return ((long)thousands, (long)decimal.Round((money - (thousands * Thousand)) * MicrosOfOne, MidpointRounding.ToEven));
    }
}
