namespace Personalization.Algorithms.Learning.Calibration;

/// <summary>The rising sequence nearest to given values in weighted least squares.</summary>
/// <remarks>
/// Source: M. Ayer et al., "An empirical distribution function for sampling with incomplete information" (1955). Neighbours that fall are pooled into their weighted mean until nothing falls: O(n), in place.
/// Worked example: values 1, 3, 2, 4 with weights 1 become 1, 2.5, 2.5, 4.
/// </remarks>
public static class PoolAdjacentViolators
{
    /// <summary>Replaces <paramref name="values"/> by their isotonic fit. Weights must be positive; <paramref name="weights"/> is used as scratch and left changed.</summary>
    /// <param name="values">Values in the order of the explaining variable.</param>
    /// <param name="weights">Their weights, all &gt; 0, as many.</param>
    /// <param name="blockSizes">Scratch of the same length.</param>
    public static void Fit(Span<double> values, Span<double> weights, Span<int> blockSizes)
    {
        if (weights.Length != values.Length || blockSizes.Length < values.Length) throw new ArgumentException("Values, weights and scratch differ in length.");
        var blocks = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var (value, weight, size) = (values[i], weights[i], 1);
            while (blocks > 0 && values[blocks - 1] >= value)
            {
                blocks--;
                var total = weight + weights[blocks];
                value += (values[blocks] - value) * (weights[blocks] / total);
                weight = total;
                size += blockSizes[blocks];
            }

            // The stack of blocks lives in the front of the same arrays: it is never longer than what has been read.
            (values[blocks], weights[blocks], blockSizes[blocks]) = (value, weight, size);
            blocks++;
        }

        var end = values.Length;
        for (var block = blocks - 1; block >= 0; block--)
        {
            var value = values[block];
            var start = end - blockSizes[block];
            values[start..end].Fill(value);
            end = start;
        }
    }
}
