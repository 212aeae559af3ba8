using System.Globalization;
using Personalization.Algorithms.Lifetime;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Lifetime;

/// <summary>The CDNOW sample: 2,357 customers who first bought in the first quarter of 1997, followed until June 1998.</summary>
internal static class Cdnow
{
    /// <summary>The first day of the hold-out; 39 weeks before it, 39 from it on.</summary>
    public static readonly int Split = Day(1997, 10, 1);

    public static int Day(int year, int month, int day) => new DateOnly(year, month, day).DayNumber;

    public static IEnumerable<(int Customer, int Day, double Value)> Purchases()
    {
        foreach (var line in File.ReadLines(RealData.File("cdnow", "CDNOW_sample.txt")))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var date = DateOnly.ParseExact(fields[2], "yyyyMMdd", CultureInfo.InvariantCulture);
            yield return (int.Parse(fields[1], CultureInfo.InvariantCulture), date.DayNumber, double.Parse(fields[4], CultureInfo.InvariantCulture));
        }
    }

    /// <summary>The histories up to the day before the split.</summary>
    public static PurchaseHistory[] Calibration()
    {
        var histories = new Dictionary<int, PurchaseHistory>();
        foreach (var (customer, day, _) in Purchases())
        {
            if (day >= Split) continue;
            var history = histories.GetValueOrDefault(customer);
            history.Record(day);
            histories[customer] = history;
        }

        return [.. histories.OrderBy(pair => pair.Key).Select(pair => pair.Value)];
    }

    public static PurchaseSample Sample()
    {
        var sample = new PurchaseSample();
        foreach (var history in Calibration()) sample.Add(history.AsOf(Split - 1));
        return sample;
    }
}
