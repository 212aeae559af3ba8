using System.Numerics;

namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// A customer's purchase days as the models need them, kept up to date purchase by purchase: 24 bytes, any order of arrival, purchases of one day
/// counted once.
/// </summary>
/// <remarks>
/// <para>
/// Days are whole numbers in whatever calendar the caller counts (days since 1970 in the tenant's time zone). The days of the 64 up to the newest
/// that had a purchase are kept as bits, so that a late purchase counts exactly up to 63 days behind the newest one; a purchase before the first day
/// counts exactly however old it is. In between it cannot be known whether its day was counted, and it changes nothing.
/// </para>
/// <para>A mutable value: the default is a customer without a purchase. Cost: a few nanoseconds a purchase, no allocation.</para>
/// </remarks>
public record struct PurchaseHistory
{
    private const int RememberedDays = 64;
    private const double DaysPerWeek = 7;

    /// <summary>The first day with a purchase; without meaning where <see cref="Days"/> is 0.</summary>
    public int FirstDay { get; set; }

    /// <summary>The newest day with a purchase; without meaning where <see cref="Days"/> is 0.</summary>
    public int LastDay { get; set; }

    /// <summary>How many distinct days had a purchase.</summary>
    public int Days { get; set; }

    /// <summary>Bit i: there was a purchase on day <see cref="LastDay"/> − i.</summary>
    public ulong RecentDays { get; set; }

    /// <summary>Takes in a purchase.</summary>
    /// <param name="day">Its day.</param>
    /// <returns>What it did to the count of days.</returns>
    public PurchaseEffect Record(int day)
    {
        if (Days == 0)
        {
            (FirstDay, LastDay, RecentDays) = (day, day, 1);
            return NewDay();
        }

        if (day < FirstDay)
        {
            FirstDay = day;
            Mark(day);
            return NewDay();
        }

        if (day > LastDay)
        {
            var ahead = (long)day - LastDay;
            RecentDays = (ahead < RememberedDays ? RecentDays << (int)ahead : 0) | 1;
            LastDay = day;
            return NewDay();
        }

        if ((long)LastDay - day >= RememberedDays) return day == FirstDay ? PurchaseEffect.SameDay : PurchaseEffect.TooLate;
        return Mark(day) ? NewDay() : PurchaseEffect.SameDay;
    }

    /// <summary>x, t_x and T as of a day, in weeks of seven days.</summary>
    /// <param name="day">The day; a day before <see cref="LastDay"/> is taken as that.</param>
    /// <exception cref="InvalidOperationException">There was no purchase.</exception>
    public readonly PurchaseStatistics AsOf(double day)
    {
        if (Days == 0) throw new InvalidOperationException("A customer without a purchase has no purchase statistics.");
        var recency = ((double)LastDay - FirstDay) / DaysPerWeek;
        return new PurchaseStatistics(Days - 1, recency, Math.Max(recency, (day - FirstDay) / DaysPerWeek));
    }

    /// <summary>
    /// How many of the last <paramref name="days"/> days up to and including <paramref name="day"/> had a purchase; exact for at most 64 days before
    /// <see cref="LastDay"/>.
    /// </summary>
    public readonly int RecentCount(int day, int days)
    {
        if (Days == 0 || days <= 0) return 0;
        var newest = (long)LastDay - day;
        long from = Math.Max(0, newest), to = Math.Min(RememberedDays - 1, newest + days - 1);
        if (to < from) return 0;
        var window = RecentDays >> (int)from;
        var width = to - from + 1;
        return BitOperations.PopCount(width >= RememberedDays ? window : window & ((1UL << (int)width) - 1));
    }

    private PurchaseEffect NewDay()
    {
        Days++;
        return PurchaseEffect.NewDay;
    }

    private bool Mark(int day)
    {
        var behind = (long)LastDay - day;
        if (behind >= RememberedDays) return false;
        var bit = 1UL << (int)behind;
        var isNew = (RecentDays & bit) == 0;
        RecentDays |= bit;
        return isNew;
    }
}

/// <summary>What a purchase did to a <see cref="PurchaseHistory"/>.</summary>
public enum PurchaseEffect
{
    /// <summary>It was the first purchase of its day: frequency or first day changed.</summary>
    NewDay,

    /// <summary>Its day had a purchase already.</summary>
    SameDay,

    /// <summary>It came more than 63 days behind the newest purchase, and whether its day was counted is not known: nothing changed.</summary>
    TooLate,
}
