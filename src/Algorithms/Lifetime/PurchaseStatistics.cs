namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// All that the purchase-process models know of a customer: x, t_x and T, in weeks. P. Fader, B. Hardie and K. L. Lee, "'Counting your customers' the
/// easy way" (Marketing Science, 2005) shows that they are sufficient: two customers with the same three numbers have the same past to the model.
/// </summary>
/// <remarks>
/// The first purchase starts the clock and is not counted: a customer who bought on three days has <see cref="Frequency"/> 2. Purchases of one day
/// are one. The literature's "recency" is the age at the last purchase, not the time since it; that is <see cref="SinceLastPurchase"/>. Any unit of
/// time will do if parameters and statistics share it; this library uses weeks throughout.
/// </remarks>
public readonly record struct PurchaseStatistics
{
    /// <summary>Holds statistics that agree with each other.</summary>
    /// <param name="frequency">x: repeat purchases, ≥ 0.</param>
    /// <param name="recency">t_x: from the first to the last purchase, in weeks; 0 if there was one only.</param>
    /// <param name="age">T: from the first purchase to now, in weeks; at least <paramref name="recency"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is negative or not finite, t_x exceeds T, or t_x is not 0 for a one-time buyer.
    /// </exception>
    public PurchaseStatistics(int frequency, double recency, double age)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frequency);
        if (!(age >= 0 && double.IsFinite(age))) throw new ArgumentOutOfRangeException(nameof(age), age, "An age is finite and not negative.");
        if (!(recency >= 0 && recency <= age)) throw new ArgumentOutOfRangeException(nameof(recency), recency, "The last purchase lies between the first and now.");
        if (frequency == 0 && recency != 0) throw new ArgumentOutOfRangeException(nameof(recency), recency, "The last purchase of a one-time buyer is the first.");
        Frequency = frequency;
        Recency = recency;
        Age = age;
    }

    /// <summary>x: how often the customer bought again.</summary>
    public int Frequency { get; }

    /// <summary>t_x: the age at the last purchase, in weeks since the first.</summary>
    public double Recency { get; }

    /// <summary>T: the age now, in weeks since the first purchase.</summary>
    public double Age { get; }

    /// <summary>T − t_x: weeks without a purchase up to now.</summary>
    public double SinceLastPurchase => Age - Recency;

    /// <summary>The same customer seen at another time, no purchase having come since.</summary>
    /// <param name="age">The new T, in weeks; at least <see cref="Recency"/>.</param>
    public PurchaseStatistics At(double age) => new(Frequency, Recency, age);
}
