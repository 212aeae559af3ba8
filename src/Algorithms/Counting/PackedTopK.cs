namespace Personalization.Algorithms.Counting;

/// <summary>
/// The K items with the largest decayed sums inside a packed customer profile: space-saving over a caller's span, for K up to some tens.
/// </summary>
/// <remarks>
/// The same method and the same bounds as <see cref="DecayedTopK"/>, which suits thousands of items. Cost: O(K) an event, no allocation. Entries are
/// in no order; <see cref="CopyTop"/> sorts them.
/// </remarks>
public static class PackedTopK
{
    /// <summary>Adds an event.</summary>
    /// <param name="entries">Room for K items; the first <paramref name="count"/> are in use, with values as of <paramref name="time"/>.</param>
    /// <param name="count">How many items are followed.</param>
    /// <param name="time">The newest event's time in milliseconds since 1970.</param>
    /// <param name="halfLife">Always the same for one sketch.</param>
    /// <param name="key">The item.</param>
    /// <param name="at">The event's time, in any order.</param>
    /// <param name="amount">What it adds; positive and finite.</param>
    public static void Add(Span<TopKEntry> entries, ref int count, ref long time, HalfLife halfLife, ulong key, long at, double amount = 1)
    {
        DecayedTopK.CheckAmount(amount);
        if (entries.IsEmpty) throw new ArgumentException("A sketch follows at least one item.", nameof(entries));
        if (count == 0) time = at;
        if (at > time)
        {
            var factor = halfLife.Factor((double)at - time);
            for (var i = 0; i < count; i++) entries[i] = new TopKEntry(entries[i].Key, entries[i].Value * factor, entries[i].Error * factor);
            time = at;
        }
        else
        {
            amount *= halfLife.Factor((double)time - at);
        }

        var least = 0;
        for (var i = 0; i < count; i++)
        {
            if (entries[i].Key == key)
            {
                entries[i] = entries[i] with { Value = entries[i].Value + amount };
                return;
            }

            if (TopKEntry.Descending(entries[least], entries[i]) < 0) least = i;
        }

        if (count < entries.Length) entries[count++] = new TopKEntry(key, amount, 0);
        else entries[least] = new TopKEntry(key, entries[least].Value + amount, entries[least].Value);
    }

    /// <summary>Writes the items with the largest sums as of a time, largest first.</summary>
    /// <param name="entries">The items in use.</param>
    /// <param name="time">The newest event's time.</param>
    /// <param name="halfLife">The sketch's half-life.</param>
    /// <param name="at">The time asked for; before the newest event it is taken as that event's.</param>
    /// <param name="top">Receives them; at least as long as <paramref name="entries"/>.</param>
    /// <returns>How many were written.</returns>
    public static int CopyTop(ReadOnlySpan<TopKEntry> entries, long time, HalfLife halfLife, long at, Span<TopKEntry> top)
    {
        var factor = halfLife.Factor(Math.Max(0, (double)at - time));
        for (var i = 0; i < entries.Length; i++) top[i] = new TopKEntry(entries[i].Key, entries[i].Value * factor, entries[i].Error * factor);
        top[..entries.Length].Sort(TopKEntry.Descending);
        return entries.Length;
    }
}
