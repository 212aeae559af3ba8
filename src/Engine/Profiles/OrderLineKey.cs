using System.Runtime.InteropServices;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Engine.Profiles;

/// <summary>
/// What tells lines of one order apart: item, quantity and money in the base currency, 175 and 175.0000 being one amount. Equal lines of one event are two; equal lines
/// of two events are one, told twice.
/// </summary>
/// <param name="Key">48 bits of hash, never 0.</param>
/// <param name="Money">Base currency; null where the line carries none.</param>
internal readonly record struct OrderLineKey(ulong Key, decimal? Money)
{
    /// <summary>Dividing by it takes away trailing zeros.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    private const ulong Mask = (1UL << (8 * OrderMemory.LineBytes)) - 1;

    /// <summary>How many lines an event tells of. Money that stands beside lines without any is a line of its own, the last.</summary>
    public static int CountOf(CustomerEvent value) => value.Lines is { Length: > 0 } lines ? lines.Length + (HasTotal(value) ? 1 : 0) : 1;

    /// <summary>Reads the lines of an event.</summary>
    public static void Read(CustomerProfile profile, CustomerEvent value, Span<OrderLineKey> keys)
    {
        if (value.Lines is not { Length: > 0 } lines)
        {
            keys[0] = Make(profile, value.ItemId, value.Quantity, value.BaseValue);
            return;
        }

        var rate = RateOf(value, lines);
        for (var i = 0; i < lines.Length; i++) keys[i] = Make(profile, lines[i].ItemId, lines[i].Quantity, lines[i].Value * rate);
        if (keys.Length > lines.Length) keys[^1] = Make(profile, null, null, value.BaseValue);
        Number(keys);
    }

    /// <summary>What marks the fact of a line.</summary>
    public static ulong FactKey(ulong order, ulong key)
    {
        var mixed = (order ^ (key * 0x9E37_79B9_7F4A_7C15)) * 0xBF58_476D_1CE4_E5B9;
        return mixed == 0 ? 1 : mixed;
    }

    private static bool HasTotal(CustomerEvent value) => value.BaseValue is not null && Array.TrueForAll(value.Lines!, static line => line.Value is null);

    /// <summary>What the event's money was multiplied by when it was stamped.</summary>
    private static decimal RateOf(CustomerEvent value, OrderLine[] lines)
    {
        if (value.Currency is null || value.BaseValue is not { } stamped) return 1;
        var sum = 0m;
        foreach (var line in lines) sum += line.Value ?? 0;
        return sum == 0 ? 1 : stamped / sum;
    }

    private static OrderLineKey Make(CustomerProfile profile, string? item, int? quantity, decimal? money)
    {
        var rounded = money is { } amount ? decimal.Round(amount, FactReader.MoneyDecimals) / One : (decimal?)null;
        Span<long> words = stackalloc long[4];
        words[0] = string.IsNullOrEmpty(item) ? 0 : (long)KeyHash.Name(profile.Tenant, item);
        words[1] = ((long)Math.Clamp(quantity ?? 1, 1, FactReader.LargestQuantity) << 1) | (rounded is null ? 0L : 1L);
        decimal.GetBits(rounded ?? 0, MemoryMarshal.Cast<long, int>(words[2..]));
        return new OrderLineKey(KeyOf(words), rounded);
    }

    /// <summary>Tells equal lines of one event apart by how many of them came before.</summary>
    private static void Number(Span<OrderLineKey> keys)
    {
        for (var i = keys.Length - 1; i > 0; i--)
        {
            var before = 0L;
            foreach (ref readonly var other in keys[..i])
            {
                if (other.Key == keys[i].Key) before++;
            }

            if (before > 0) keys[i] = keys[i] with { Key = KeyOf([(long)keys[i].Key, before]) };
        }
    }

    private static ulong KeyOf(ReadOnlySpan<long> words) => Math.Max(1, KeyHash.Hash64(MemoryMarshal.AsBytes(words)) & Mask);
}
