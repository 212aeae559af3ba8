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
    internal const int LargestQuantity = 1_000_000;

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

    /// <summary>Makes a fact.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="value">Its event.</param>
    /// <param name="line">Which of the event's lines; any number where it has none, and beyond them it is of no item.</param>
    /// <param name="part">How many facts of the event came before.</param>
    /// <param name="time">Event time.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="sink">Takes names.</param>
    public static Fact Read(CustomerProfile profile, Entry entry, CustomerEvent value, int line, int part, long time, FoldSettings settings, IFoldSink sink)
    {
        var fact = value.Lines is not { Length: > 0 } lines ? OfItem(profile, value, settings, sink) : line < lines.Length ? OfLine(profile, lines[line], settings, sink) : OfNoItem;
        (fact.Time, fact.IdHash, fact.Position, fact.Type, fact.Part) = (time, entry.Envelope.ShortEventIdHash, entry.Position, value.Type, (byte)part);
        if (part > 0) return fact;
        fact.Channel = Name(profile, value.Channel, sink);
        fact.Money = Money(value);
        if (value.Lines is { Length: > 1 } all && value.Type != EventType.Purchase) fact.Quantity = Quantity(all);
        return fact;
    }

    private static Fact OfNoItem => new() { Quantity = 1, PriceBand = Fact.NoPriceBand };

    private static Fact OfItem(CustomerProfile profile, CustomerEvent value, FoldSettings settings, IFoldSink sink) => new()
    {
        Item = Name(profile, value.ItemId, sink),
        Category = Name(profile, value.Category, sink),
        Brand = Name(profile, value.Brand, sink),
        Quantity = Math.Clamp(value.Quantity ?? 1, 1, LargestQuantity),
        PriceBand = PriceBand(value, settings),
    };

    private static Fact OfLine(CustomerProfile profile, OrderLine line, FoldSettings settings, IFoldSink sink) => new()
    {
        Item = Name(profile, line.ItemId, sink),
        Category = Name(profile, line.Category, sink),
        Brand = Name(profile, line.Brand, sink),
        Quantity = Math.Clamp(line.Quantity ?? 1, 1, LargestQuantity),
        PriceBand = PriceBands.Of(line.UnitPrice, settings.PriceBandUnit),
    };

    /// <summary>Hash of the item of a line; 0 = none.</summary>
    public static ulong ItemOf(CustomerProfile profile, CustomerEvent value, int line)
    {
        var name = value.Lines is { Length: > 0 } lines ? (line < lines.Length ? lines[line].ItemId : null) : value.ItemId;
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

    private static byte PriceBand(CustomerEvent value, FoldSettings settings)
    {
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
