using System.Runtime.InteropServices;

namespace Personalization.Algorithms.Counting;

/// <summary>An item that a top-K sketch follows. 24 bytes.</summary>
/// <param name="Key">The item, by a 64-bit hash or number.</param>
/// <param name="Value">Its decayed sum, never too low.</param>
/// <param name="Error">How much too high <paramref name="Value"/> can be: the true sum lies in [Value − Error, Value].</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct TopKEntry(ulong Key, double Value, double Error)
{
    /// <summary>What the item has at least.</summary>
    public double LeastValue => Value - Error;

    /// <summary>Larger values first, equal ones by key, so that an order is never a matter of chance.</summary>
    internal static int Descending(TopKEntry a, TopKEntry b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : a.Key.CompareTo(b.Key);
}
