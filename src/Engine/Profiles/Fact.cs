using System.Runtime.InteropServices;
using Personalization.Events;

namespace Personalization.Engine.Profiles;

/// <summary>
/// What is left of an event for the features: 88 bytes without references. An order of n lines is n facts with the same
/// time, id and position; the one of part 0 is the event itself, the others are further items.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Fact
{
    public const byte NoPriceBand = byte.MaxValue;

    /// <summary>Event time, milliseconds since 1970-01-01 UTC.</summary>
    public long Time;

    public ulong IdHash;

    public long Position;

    /// <summary>Hash of the item's name; 0 = none. The same for the other names.</summary>
    public ulong Item;

    public ulong Category;

    public ulong Brand;

    public ulong Channel;

    /// <summary>Of a purchase of an order: which line of which order it is; else 0.</summary>
    public ulong Line;

    /// <summary>Base currency: of the whole event in part 0, else 0.</summary>
    public decimal Money;

    public int Quantity;

    public EventType Type;

    public byte Part;

    public byte PriceBand;

    /// <summary>The order of features: event time, then id hash, then position, then part.</summary>
    public static int Compare(in Fact left, in Fact right)
    {
        if (left.Time != right.Time) return left.Time.CompareTo(right.Time);
        if (left.IdHash != right.IdHash) return left.IdHash.CompareTo(right.IdHash);
        return left.Position != right.Position ? left.Position.CompareTo(right.Position) : left.Part.CompareTo(right.Part);
    }
}
