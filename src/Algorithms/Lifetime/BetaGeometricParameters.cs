namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// The four parameters of BG/NBD and MBG/NBD: rates of purchase λ ~ Gamma(shape r, rate α) and probabilities of dropping out p ~ Beta(a, b),
/// independent over customers.
/// </summary>
public readonly record struct BetaGeometricParameters
{
    /// <summary>Holds parameters that are positive and finite.</summary>
    /// <param name="r">Shape of the purchase rates: the smaller, the more customers differ.</param>
    /// <param name="alpha">Their rate parameter, in weeks: the mean rate is r/α purchases a week.</param>
    /// <param name="a">First parameter of the dropout probabilities.</param>
    /// <param name="b">Second one: the mean dropout probability after a purchase is a/(a + b).</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not positive and finite.</exception>
    public BetaGeometricParameters(double r, double alpha, double a, double b)
    {
        R = Positive(r, nameof(r));
        Alpha = Positive(alpha, nameof(alpha));
        A = Positive(a, nameof(a));
        B = Positive(b, nameof(b));
    }

    /// <summary>r, the shape of the purchase rates.</summary>
    public double R { get; }

    /// <summary>α, in weeks.</summary>
    public double Alpha { get; }

    /// <summary>a, of the dropout probabilities.</summary>
    public double A { get; }

    /// <summary>b, of the dropout probabilities.</summary>
    public double B { get; }

    private static double Positive(double value, string name) =>
        value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, "The parameters are positive and finite.");
}
