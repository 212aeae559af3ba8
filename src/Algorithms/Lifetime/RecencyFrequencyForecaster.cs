namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// The marketer's table: customers by how often and how recently they bought; each cell forecasts the mean of what customers in that cell did in an
/// earlier period.
/// </summary>
/// <remarks>
/// The table is learned one period earlier: cells as of (origin − w), purchases in the w days from there, w = min(horizon, 13 weeks, half the past),
/// then scaled to the horizon. Cells with few customers are drawn to the mean of their frequency (as if ten customers of that mean were in them).
/// </remarks>
public sealed class RecencyFrequencyForecaster : IPurchaseForecaster
{
    private const int LongestWindow = 13 * 7;
    private const double PriorCustomers = 10;
    private static readonly int[] FrequencyBounds = [0, 1, 2, 4, 7];
    private static readonly int[] DaysSinceBounds = [14, 28, 56, 91, 182];

    /// <inheritdoc/>
    public string Name => "recency/frequency table";

    /// <inheritdoc/>
    public IReadOnlyList<KeyValuePair<string, double>> Forecast(PurchaseLog past, int origin, int horizon, Span<double> forecasts)
    {
        ArgumentNullException.ThrowIfNull(past);
        var window = Math.Max(1, Math.Min(Math.Min(horizon, LongestWindow), (origin - past.FirstDay) / 2));
        var learnedAt = origin - window;
        int rows = FrequencyBounds.Length + 1, columns = DaysSinceBounds.Length + 1;
        double[,] counts = new double[rows, columns], purchases = new double[rows, columns];
        for (var c = 0; c < past.Customers; c++)
        {
            if (!TryCell(past.DaysOf(c), learnedAt, out var cell)) continue;
            counts[cell.Row, cell.Column]++;
            purchases[cell.Row, cell.Column] += past.Count(c, learnedAt, origin);
        }

        var means = Means(counts, purchases);
        for (var c = 0; c < past.Customers; c++)
            forecasts[c] = TryCell(past.DaysOf(c), origin, out var cell) ? means[cell.Row, cell.Column] * horizon / window : 0;
        return [new("windowWeeks", window / 7.0)];
    }

    private static double[,] Means(double[,] counts, double[,] purchases)
    {
        double allCustomers = 0, allPurchases = 0;
        foreach (var count in counts) allCustomers += count;
        foreach (var sum in purchases) allPurchases += sum;
        var overall = allCustomers > 0 ? allPurchases / allCustomers : 0;

        var means = new double[counts.GetLength(0), counts.GetLength(1)];
        for (var row = 0; row < counts.GetLength(0); row++)
        {
            double customers = 0, sum = 0;
            for (var column = 0; column < counts.GetLength(1); column++)
            {
                customers += counts[row, column];
                sum += purchases[row, column];
            }

            var rowMean = (sum + PriorCustomers * overall) / (customers + PriorCustomers);
            for (var column = 0; column < counts.GetLength(1); column++)
                means[row, column] = (purchases[row, column] + PriorCustomers * rowMean) / (counts[row, column] + PriorCustomers);
        }

        return means;
    }

    private static bool TryCell(ReadOnlySpan<int> days, int asOf, out (int Row, int Column) cell)
    {
        var known = 0;
        while (known < days.Length && days[known] < asOf) known++;
        cell = known == 0 ? default : (Bin(FrequencyBounds, known - 1), Bin(DaysSinceBounds, asOf - days[known - 1]));
        return known > 0;
    }

    private static int Bin(int[] bounds, int value)
    {
        var bin = 0;
        while (bin < bounds.Length && value > bounds[bin]) bin++;
        return bin;
    }
}
