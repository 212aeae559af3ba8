using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Engine.Profiles;

/// <summary>Makes facts of events: names to hashes, money to a fixed number of decimals.</summary>
internal static class FactReader
{
    /// <summary>Money is folded to 9 decimals, so that sums are exact and no order of adding changes them.</summary>
    public const int MoneyDecimals = 9;

    /// <summary>The largest amount of one event.</summary>
    public const decimal LargestMoney = 1_000_000_000_000m;

    private const long LargestTime = 253_402_300_799_999;
    private const int LargestQuantity = 1_000_000;

    /// <summary>What keeps an event from being folded, or null.</summary>
    public static string? Fault(CustomerEvent value, long time)
    {
        if ((int)value.Type >= EventTypes.Count) return $"event type {(int)value.Type} is not known to this version";
        if (time is <= 0 or > LargestTime) return "timestamp must be between 1970 and 9999";
        if (value.BaseValue is { } money && Math.Abs(money) > LargestMoney) return $"value must be at most {LargestMoney:0} in the base currency";
        return null;
    }

    /// <summary>How many facts an event makes.</summary>
    public static int Parts(CustomerEvent value, FoldSettings settings) => value.Lines is { Length: > 0 } lines ? Math.Min(lines.Length, settings.OrderLines) : 1;

    /// <summary>The money of the whole event.</summary>
    public static decimal Money(CustomerEvent value) => decimal.Round(value.BaseValue ?? 0, MoneyDecimals);

    public static Fact Read(CustomerProfile profile, Entry entry, CustomerEvent value, int part, long time, FoldSettings settings, IFoldSink sink)
    {
        var line = value.Lines is { Length: > 0 } lines ? lines[part] : null;
        var fact = new Fact
        {
            Time = time,
            IdHash = entry.Envelope.ShortEventIdHash,
            Position = entry.Position,
            Item = Name(profile, line is null ? value.ItemId : line.ItemId, sink),
            Category = Name(profile, line is null ? value.Category : line.Category, sink),
            Brand = Name(profile, line is null ? value.Brand : line.Brand, sink),
            Quantity = Math.Clamp((line is null ? value.Quantity : line.Quantity) ?? 1, 1, LargestQuantity),
            Type = value.Type,
            Part = (byte)part,
            PriceBand = PriceBand(value, line, settings),
        };
        if (part > 0) return fact;
        fact.Channel = Name(profile, value.Channel, sink);
        fact.Money = Money(value);
        if (value.Lines is { Length: > 1 } all) fact.Quantity = Quantity(all);
        if (value.Type == EventType.Purchase) fact.Order = OrderOf(profile, value);
        return fact;
    }

    /// <summary>Hash of the item of a part; 0 = none.</summary>
    public static ulong ItemOf(CustomerProfile profile, CustomerEvent value, int part)
    {
        var name = value.Lines is { Length: > 0 } lines ? lines[part].ItemId : value.ItemId;
        return string.IsNullOrEmpty(name) ? 0 : KeyHash.Name(profile.Tenant, name);
    }

    /// <summary>Hash of the order id; 0 = the purchase is an order of its own.</summary>
    public static ulong OrderOf(CustomerProfile profile, CustomerEvent value) => string.IsNullOrEmpty(value.OrderId) ? 0 : KeyHash.Name(profile.Tenant, value.OrderId);

    private static int Quantity(OrderLine[] lines)
    {
        var sum = 0L;
        foreach (var line in lines) sum += Math.Clamp(line.Quantity ?? 1, 1, LargestQuantity);
        return (int)Math.Min(sum, LargestQuantity);
    }

    private static byte PriceBand(CustomerEvent value, OrderLine? line, FoldSettings settings)
    {
        if (line is not null) return PriceBands.Of(line.UnitPrice, settings.PriceBandUnit);
        if (value.UnitPrice is not null || value.ItemId is null) return PriceBands.Of(value.UnitPrice, settings.PriceBandUnit);
        return PriceBands.Of(value.BaseValue / Math.Clamp(value.Quantity ?? 1, 1, LargestQuantity), settings.PriceBandUnit);
    }

    private static ulong Name(CustomerProfile profile, string? name, IFoldSink sink)
    {
        if (string.IsNullOrEmpty(name)) return 0;
        var hash = KeyHash.Name(profile.Tenant, name);
        sink.Name(hash, name);
        return hash;
    }
}
