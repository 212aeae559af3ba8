namespace Personalization.Algorithms.Lifetime;

/// <summary>What the Gamma-Gamma model knows of a customer: how many purchases, and their mean value.</summary>
/// <remarks>
/// As in P. Fader and B. Hardie, "The Gamma-Gamma model of monetary value" (2013), the purchases are the <em>repeat</em> purchases: the first one
/// often differs. Values are above zero; a day whose value is zero or negative (returns, gifts) does not belong into the mean.
/// </remarks>
public readonly record struct SpendStatistics
{
    /// <summary>Holds a count and a mean.</summary>
    /// <param name="purchases">x, ≥ 0.</param>
    /// <param name="meanValue">z̄: positive and finite where there was a purchase; ignored where there was none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative, or the mean of some purchases is not positive and finite.</exception>
    public SpendStatistics(int purchases, double meanValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(purchases);
        if (purchases > 0 && !(meanValue > 0 && double.IsFinite(meanValue)))
            throw new ArgumentOutOfRangeException(nameof(meanValue), meanValue, "A mean value is positive and finite.");
        Purchases = purchases;
        MeanValue = purchases > 0 ? meanValue : 0;
    }

    /// <summary>x: how many purchases.</summary>
    public int Purchases { get; }

    /// <summary>z̄: their mean value; 0 where there was none.</summary>
    public double MeanValue { get; }
}
