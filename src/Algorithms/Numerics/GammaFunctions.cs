namespace Personalization.Algorithms.Numerics;

/// <summary>
/// Logarithms of the gamma and beta functions and the digamma function for positive arguments, stable where differences of large logarithms are not.
/// </summary>
/// <remarks>
/// Source: M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 6.1.41 (Stirling's series) and 6.3.18 (digamma). Arguments below
/// 10 are shifted up by the recurrence Γ(x + 1) = xΓ(x). Error: below 1e-14 relative to max(1, |result|). Cost: some tens of nanoseconds, no
/// allocation.
/// </remarks>
public static class GammaFunctions
{
    // Below this argument Stirling's series with the terms used here is not exact to the last digits.
    private const double StirlingFrom = 10;
    private const double HalfLogTwoPi = 0.91893853320467274178;

    /// <summary>ln Γ(x). Worked example: Γ(5) = 24, so <c>LogGamma(5)</c> is 3.178053830….</summary>
    /// <param name="x">Positive; +∞ gives +∞, and 0, negative or not a number gives not a number (0: +∞).</param>
    public static double LogGamma(double x)
    {
        if (!(x > 0)) return x == 0 ? double.PositiveInfinity : double.NaN;
        if (double.IsPositiveInfinity(x)) return x;
        double product = 1;
        while (x < StirlingFrom) product *= x++;
        return (x - 0.5) * Math.Log(x) - x + HalfLogTwoPi + Correction(x) - Math.Log(product);
    }

    /// <summary>ψ(x) = d ln Γ(x) / dx. Worked example: ψ(1) = −0.5772156649… (Euler's constant).</summary>
    /// <param name="x">Positive; otherwise not a number (0: −∞).</param>
    public static double Digamma(double x)
    {
        if (!(x > 0)) return x == 0 ? double.NegativeInfinity : double.NaN;
        double shift = 0;
        while (x < StirlingFrom) shift += 1 / x++;
        var w = 1 / (x * x);
        var series = w * (1.0 / 12 - w * (1.0 / 120 - w * (1.0 / 252 - w * (1.0 / 240 - w * (1.0 / 132 - w * (691.0 / 32760 - w / 12))))));
        return Math.Log(x) - 0.5 / x - series - shift;
    }

    /// <summary>
    /// ln B(a, b) = ln Γ(a) + ln Γ(b) − ln Γ(a + b), without the cancellation that the three logarithms have where one argument is large.
    /// </summary>
    /// <param name="a">Positive.</param>
    /// <param name="b">Positive.</param>
    /// <remarks>Worked example: B(2, 3) = 1/12. B(.5, 10¹²) keeps twelve digits, which the difference of logarithms near 2.6e13 loses.</remarks>
    public static double LogBeta(double a, double b)
    {
        if (a > b) (a, b) = (b, a);
        if (b < StirlingFrom) return LogGamma(a) + LogGamma(b) - LogGamma(a + b);

        // ln Γ(b) − ln Γ(a + b) by Stirling's series, the large terms cancelled by hand.
        var difference = -(b - 0.5) * LogOnePlus(a / b) - a * Math.Log(a + b) + a + Correction(b) - Correction(a + b);
        return LogGamma(a) + difference;
    }

    /// <summary>ln(1 + x), exact for small x, for x &gt; −1.</summary>
    public static double LogOnePlus(double x)
    {
        // Kahan's form: the rounding of 1 + x is divided out again.
        var sum = 1 + x;
        return sum == 1 ? x : double.IsPositiveInfinity(sum) ? sum : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>exp(x) − 1, exact for small x.</summary>
    public static double ExpMinusOne(double x)
    {
        if (Math.Abs(x) > 0.5) return Math.Exp(x) - 1;
        var power = Math.Exp(x);
        return power == 1 ? x : (power - 1) * (x / Math.Log(power));
    }

    /// <summary>ln(eˣ + eʸ) without overflow; −∞ is the logarithm of nothing.</summary>
    public static double LogSumExp(double x, double y)
    {
        var larger = Math.Max(x, y);
        return double.IsNegativeInfinity(larger) ? larger : larger + LogOnePlus(Math.Exp(Math.Min(x, y) - larger));
    }

    private static double Correction(double x)
    {
        var w = 1 / (x * x);
        return (1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * (691.0 / 360360 - w / 156)))))) / x;
    }
}
