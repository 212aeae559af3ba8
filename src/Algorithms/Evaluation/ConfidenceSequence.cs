namespace Personalization.Algorithms.Evaluation;

/// <summary>
/// An interval for the mean of values in [0, 1] that holds at all times at once: look after every event, stop when you like, and the level still
/// stands.
/// </summary>
/// <remarks>
/// <para>
/// Source: I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting" (JRSS B, 2024), theorem 2: the predictable
/// plug-in empirical-Bernstein confidence sequence. With the bets λᵢ = min(√(2 ln(2/α) / (σ̂²ᵢ₋₁ · i · ln(1 + i))), c), c = ½, the centre Σλᵢxᵢ / Σλᵢ
/// and the half-width (ln(2/α) + Σ vᵢ ψ(λᵢ)) / Σλᵢ, vᵢ = 4(xᵢ − μ̂ᵢ₋₁)², ψ(λ) = (−ln(1 − λ) − λ)/4. The means μ̂ᵢ = (½ + Σxⱼ)/(i + 1) and variances
/// σ̂²ᵢ = (¼ + Σ(xⱼ − μ̂ⱼ)²)/(i + 1) use the past only, which makes it valid for any dependence of the values on the past as long as their
/// conditional mean stays the same.
/// </para>
/// <para>
/// The intervals of all times so far are intersected. It adapts to the variance: rates of a few per cent get narrow intervals. Cost: one logarithm
/// and one root a value; 80 bytes.
/// </para>
/// <para>Values in another bounded range: scale them to [0, 1] first, and the ends back.</para>
/// </remarks>
public record struct ConfidenceSequence
{
    private const double LargestBet = 0.5;
    private readonly double _logTwoOverAlpha;
    private double _sum;
    private double _squares;
    private double _bets;
    private double _weighted;
    private double _penalty;

    /// <summary>An empty sequence.</summary>
    /// <param name="level">The coverage at all times at once, for example .95.</param>
    public ConfidenceSequence(double level)
    {
        ConfidenceInterval.CheckLevel(level);
        Level = level;
        _logTwoOverAlpha = Math.Log(2 / (1 - level));
        Upper = 1;
    }

    /// <summary>The coverage at all times at once.</summary>
    public double Level { get; }

    /// <summary>How many values.</summary>
    public long Count { get; private set; }

    /// <summary>The lower end so far: it never falls.</summary>
    public double Lower { get; private set; }

    /// <summary>The upper end so far: it never rises.</summary>
    public double Upper { get; private set; }

    /// <summary>The plain mean of the values; not a number where there is none.</summary>
    public readonly double Mean => Count == 0 ? double.NaN : _sum / Count;

    /// <summary>The interval so far. Its ends cross only if the mean was not constant (or by the bad luck that the level allows).</summary>
    public readonly ConfidenceInterval Interval => new(Mean, Lower, Upper, Level);

    /// <summary>Takes in a value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not in [0, 1].</exception>
    /// <exception cref="InvalidOperationException">The sequence was not made with a level.</exception>
    public void Add(double value)
    {
        if (!(value is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(value), value, "The sequence is for values in [0, 1].");
        if (Level == 0) throw new InvalidOperationException("A confidence sequence is made with its level.");
        var mean = (0.5 + _sum) / (Count + 1);
        var variance = (0.25 + _squares) / (Count + 1);
        Count++;
        var bet = Math.Min(Math.Sqrt(2 * _logTwoOverAlpha / (variance * Count * Math.Log(1 + Count))), LargestBet);
        var deviation = value - mean;
        _bets += bet;
        _weighted += bet * value;
        // vψ(λ): the factors 4 and 1/4 of the paper cancel.
        _penalty += deviation * deviation * (-Math.Log(1 - bet) - bet);
        _sum += value;
        var after = value - (0.5 + _sum) / (Count + 1);
        _squares += after * after;

        var centre = _weighted / _bets;
        var half = (_logTwoOverAlpha + _penalty) / _bets;
        Lower = Math.Max(Lower, centre - half);
        Upper = Math.Min(Upper, centre + half);
    }
}
