namespace Personalization.Algorithms.Counting;

/// <summary>
/// A sum that fades: Σ amountᵢ · 2^−(t−tᵢ)/h, kept as (value at t, t) with t the newest event. 16 bytes; the default is zero.
/// </summary>
/// <remarks>
/// <para>
/// Events may come in any order: a newer one rescales the value to its own time, an older one adds what is left of it by then. The exponent is always
/// a difference of times, never an absolute time, so that nothing overflows however long the process runs (contrast "forward decay", G. Cormode et
/// al., 2009, whose weights 2^(tᵢ/h) must be renormalised). Two orders of the same events agree up to rounding, below 1e-12 relative for positive
/// amounts.
/// </para>
/// <para>
/// Worked example, a half-life of one day: 1 on Monday and 1 on Tuesday make 1.5 on Tuesday and .75 on Wednesday. Cost: one power an event, no
/// allocation.
/// </para>
/// </remarks>
public record struct DecayedValue
{
    /// <summary>The sum as of <see cref="Time"/>.</summary>
    public double Value { get; set; }

    /// <summary>The newest event's time, in milliseconds since 1970; without meaning where <see cref="Value"/> is 0.</summary>
    public long Time { get; set; }

    /// <summary>Adds an event.</summary>
    /// <param name="halfLife">h; always the same for one value.</param>
    /// <param name="at">Its time in milliseconds since 1970, before or after those already added.</param>
    /// <param name="amount">What it adds; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount is not finite.</exception>
    public void Add(HalfLife halfLife, long at, double amount)
    {
        if (!double.IsFinite(amount)) throw new ArgumentOutOfRangeException(nameof(amount), amount, "An amount is finite.");
        if (Value == 0)
        {
            (Value, Time) = (amount, at);
        }
        else if (at >= Time)
        {
            Value = Value * halfLife.Factor((double)at - Time) + amount;
            Time = at;
        }
        else
        {
            Value += amount * halfLife.Factor((double)Time - at);
        }
    }

    /// <summary>The sum as of a time; a time before the newest event is taken as that event's.</summary>
    public readonly double At(HalfLife halfLife, long time) => Value == 0 ? 0 : Value * halfLife.Factor(Math.Max(0, (double)time - Time));

    /// <summary>Adds all events of another value: shards merge exactly.</summary>
    public void Merge(HalfLife halfLife, in DecayedValue other)
    {
        if (other.Value != 0) Add(halfLife, other.Time, other.Value);
    }
}
