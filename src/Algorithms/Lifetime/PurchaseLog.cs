namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// The purchase days of a population, sorted per customer, purchases of one day collapsed to one with their values summed: what back-tests run over.
/// </summary>
/// <remarks>
/// Days are whole numbers in any calendar; customers are dense numbers. A value that is not a number is not known, and so is the value of a day with
/// such a purchase: it is left out of means, never taken as zero. Memory: 12 bytes a purchase day and 4 a customer.
/// </remarks>
public sealed class PurchaseLog
{
    private readonly int[] _starts;
    private readonly int[] _days;
    private readonly double[] _values;

    private PurchaseLog(int[] starts, int[] days, double[] values)
    {
        (_starts, _days, _values) = (starts, days, values);
        FirstDay = days.Length == 0 ? 0 : days.Min();
        LastDay = days.Length == 0 ? 0 : days.Max();
    }

    /// <summary>How many customers are numbered, those without a purchase included.</summary>
    public int Customers => _starts.Length - 1;

    /// <summary>How many purchase days there are.</summary>
    public int PurchaseDays => _days.Length;

    /// <summary>The first day with a purchase of anybody.</summary>
    public int FirstDay { get; }

    /// <summary>The last one.</summary>
    public int LastDay { get; }

    /// <summary>Collects purchases in any order.</summary>
    /// <param name="purchases">Customer (a dense number from 0), day, and value of each purchase: finite, or not a number where it is not known.</param>
    /// <exception cref="ArgumentException">A customer's number is negative, or a value infinite.</exception>
    public static PurchaseLog Create(IEnumerable<(int Customer, int Day, double Value)> purchases)
    {
        var sorted = purchases.ToArray();
        // By value last, so that sums, and what is fitted to them, do not depend on the order of the rows.
        Array.Sort(sorted, static (a, b) => a.Customer != b.Customer ? a.Customer.CompareTo(b.Customer) : a.Day != b.Day ? a.Day.CompareTo(b.Day) : a.Value.CompareTo(b.Value));
        if (sorted.Length > 0 && sorted[0].Customer < 0) throw new ArgumentException("Customers are numbered from 0.", nameof(purchases));
        var starts = new int[sorted.Length == 0 ? 1 : sorted[^1].Customer + 2];
        List<int> days = [];
        List<double> values = [];
        for (var i = 0; i < sorted.Length; i++)
        {
            var (customer, day, value) = sorted[i];
            if (double.IsInfinity(value)) throw new ArgumentException("A purchase's value is finite, or not a number where it is not known.", nameof(purchases));
            if (i > 0 && sorted[i - 1].Customer == customer && sorted[i - 1].Day == day)
            {
                values[^1] += value;
                continue;
            }

            days.Add(day);
            values.Add(value);
            starts[customer + 1]++;
        }

        for (var c = 1; c < starts.Length; c++) starts[c] += starts[c - 1];
        return new PurchaseLog(starts, [.. days], [.. values]);
    }

    /// <summary>The purchase days of a customer, ascending.</summary>
    public ReadOnlySpan<int> DaysOf(int customer) => _days.AsSpan(_starts[customer].._starts[customer + 1]);

    /// <summary>The values of the purchase days of a customer; not a number where one is not known.</summary>
    public ReadOnlySpan<double> ValuesOf(int customer) => _values.AsSpan(_starts[customer].._starts[customer + 1]);

    /// <summary>How many purchase days a customer had in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    public int Count(int customer, int from, int to)
    {
        var count = 0;
        foreach (var day in DaysOf(customer))
        {
            if (day >= from && day < to) count++;
        }

        return count;
    }

    /// <summary>
    /// What was known at the start of a day: only the purchases before it, the customers numbered as here. A model that is given this cannot look
    /// ahead.
    /// </summary>
    public PurchaseLog Before(int day)
    {
        var starts = new int[_starts.Length];
        List<int> days = [];
        List<double> values = [];
        for (var c = 0; c < Customers; c++)
        {
            for (var i = _starts[c]; i < _starts[c + 1] && _days[i] < day; i++)
            {
                days.Add(_days[i]);
                values.Add(_values[i]);
            }

            starts[c + 1] = days.Count;
        }

        return new PurchaseLog(starts, [.. days], [.. values]);
    }

    /// <summary>The customer's history as a profile would hold it; without days for one who has not bought.</summary>
    public PurchaseHistory HistoryOf(int customer)
    {
        var history = new PurchaseHistory();
        foreach (var day in DaysOf(customer)) history.Record(day);
        return history;
    }

    /// <summary>
    /// The repeat purchase days whose value is known and their mean, for the Gamma-Gamma model; none where their mean is not above zero. The first
    /// purchase often differs and is left out.
    /// </summary>
    public SpendStatistics SpendOf(int customer)
    {
        var values = ValuesOf(customer);
        if (values.Length < 2) return default;
        var (known, sum) = (0, 0.0);
        foreach (var value in values[1..])
        {
            if (double.IsNaN(value)) continue;
            known++;
            sum += value;
        }

        return sum > 0 ? new SpendStatistics(known, sum / known) : default;
    }
}
