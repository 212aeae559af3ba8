namespace Personalization.Algorithms.Evaluation;

/// <summary>Do two scores put the cases into the same order?</summary>
public static class RankCorrelation
{
    /// <summary>
    /// Spearman's ρ: the correlation of ranks, ties sharing the mean of their ranks (C. Spearman, "The proof and measurement of association between
    /// two things", 1904).
    /// </summary>
    /// <param name="a">The first score of each case.</param>
    /// <param name="b">The second score of the same cases.</param>
    /// <returns>In [−1, 1]; not a number for fewer than two cases, or where one score is the same everywhere. NaN scores rank lowest.</returns>
    /// <remarks>Cost: two sorts. Worked example: (1, 2, 3, 4) and (1, 3, 2, 4) give .8.</remarks>
    public static double Spearman(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException("Both scores must be of the same cases.", nameof(b));
        double[] first = Ranks(a), second = Ranks(b);
        double mean = (a.Length + 1) / 2.0, covariance = 0, varianceA = 0, varianceB = 0;
        for (var i = 0; i < first.Length; i++)
        {
            double da = first[i] - mean, db = second[i] - mean;
            covariance += da * db;
            varianceA += da * da;
            varianceB += db * db;
        }

        return varianceA > 0 && varianceB > 0 ? Math.Clamp(covariance / Math.Sqrt(varianceA * varianceB), -1, 1) : double.NaN;
    }

    /// <summary>The rank of each value from 1 for the smallest, equal values sharing the mean of their ranks.</summary>
    public static double[] Ranks(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start + 1;
            while (end < sorted.Length && sorted[end].Equals(sorted[start])) end++;
            for (var i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2.0;
            start = end;
        }

        return ranks;
    }
}
