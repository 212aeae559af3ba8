namespace Personalization.Algorithms.Numerics;

/// <summary>
/// Gauss's hypergeometric function ₂F₁(a, b; c; z) = Σ (a)ₙ(b)ₙ / (c)ₙ · zⁿ/n! for real arguments, z &lt; 1; (q)ₙ = q(q + 1)…(q + n − 1).
/// </summary>
/// <remarks>
/// <para>
/// Source: Abramowitz and Stegun (1964), chapter 15: 15.3.3 (Euler's transformation, used where c − a − b &lt; 0, after which the terms fall even at
/// z = 1), 15.3.4 (Pfaff's, for z &lt; 0) and 15.3.6 (from z to 1 − z, for z &gt; .9 where c − a − b is not close to an integer).
/// </para>
/// <para>
/// Error: below 1e-11 relative for parameters up to twenty, 1e-10 where 15.3.6 is used. Cost: the terms needed, about 35/(1 − z) at worst (3 ns each),
/// and never more than 2²².
/// </para>
/// </remarks>
public static class Hypergeometric2F1
{
    private const int MaximumTerms = 1 << 22;
    private const double Epsilon = 1e-17;
    private const double ConnectFrom = 0.9;
    private const double LeastDistanceFromInteger = 0.02;

    /// <summary>₂F₁(a, b; c; z). Worked example: ₂F₁(1, 1; 2; z) = −ln(1 − z)/z, at z = .5: 1.386294361….</summary>
    /// <param name="a">Any finite number.</param>
    /// <param name="b">Any finite number.</param>
    /// <param name="c">Any finite number but 0, −1, −2, ….</param>
    /// <param name="z">Below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="z"/> is not below 1, or <paramref name="c"/> is a pole.</exception>
    public static double Value(double a, double b, double c, double z)
    {
        if (!(z < 1)) throw new ArgumentOutOfRangeException(nameof(z), z, "The function is computed for z < 1.");
        if (c <= 0 && c == Math.Floor(c)) throw new ArgumentOutOfRangeException(nameof(c), c, "c = 0, −1, −2, … is a pole.");
        if (z == 0 || a == 0 || b == 0) return 1;
        if (z < 0) return Math.Pow(1 - z, -a) * Value(a, c - b, c, z / (z - 1));

        var excess = c - a - b;
        if (excess < 0) return Math.Pow(1 - z, excess) * Value(c - a, c - b, c, z);
        return z > ConnectFrom && Math.Abs(excess - Math.Round(excess)) > LeastDistanceFromInteger
            ? Connected(a, b, c, z, excess)
            : 1 + Tail(a, b, c, z);
    }

    /// <summary>
    /// c·(₂F₁(a, b; c; z) − 1)/b for 0 ≤ z &lt; 1, defined also at b = 0 and c = 0, where the function itself is trivial or has a pole:
    /// Σₙ₌₁ (a)ₙ (b + 1)ₙ₋₁ / ((c + 1)ₙ₋₁ n!) · zⁿ.
    /// </summary>
    /// <remarks>
    /// Expected purchases under BG/NBD are a difference that vanishes as its parameter a goes to 1; divided out by hand, nothing is lost there.
    /// </remarks>
    /// <param name="a">Any finite number.</param>
    /// <param name="b">Any finite number.</param>
    /// <param name="c">Above −1.</param>
    /// <param name="z">In [0, 1).</param>
    public static double ScaledExcess(double a, double b, double c, double z)
    {
        if (!(z is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(z), z, "The series is summed for 0 ≤ z < 1.");
        if (!(c > -1)) throw new ArgumentOutOfRangeException(nameof(c), c, "The series is defined for c > −1.");
        return Sum(a * z, a, b, c, z);
    }

    private static double Tail(double a, double b, double c, double z) => Sum(a * b / c * z, a, b, c, z);

    /// <summary>Adds up terms from the first on, each the one before times (a + n)(b + n) z / ((c + n)(n + 1)).</summary>
    private static double Sum(double term, double a, double b, double c, double z)
    {
        var sum = term;
        // What is left after a term is about term · z/(1 − z) at most, once the terms fall.
        var enough = Epsilon * (1 - z);
        for (var n = 1; n < MaximumTerms && term != 0; n++)
        {
            var ratio = (a + n) * (b + n) / ((c + n) * (n + 1)) * z;
            term *= ratio;
            sum += term;
            if (Math.Abs(term) <= enough * Math.Abs(1 + sum) && Math.Abs(ratio) < 1) break;
        }

        return sum;
    }

    private static double Connected(double a, double b, double c, double z, double excess)
    {
        var w = 1 - z;
        var first = GammaRatio(c, excess, c - a, c - b);
        var second = GammaRatio(c, -excess, a, b);
        return (first == 0 ? 0 : first * (1 + Tail(a, b, 1 - excess, w)))
            + (second == 0 ? 0 : second * Math.Pow(w, excess) * (1 + Tail(c - a, c - b, 1 + excess, w)));
    }

    /// <summary>Γ(p)Γ(q) / (Γ(s)Γ(t)); zero where Γ(s) or Γ(t) is infinite.</summary>
    private static double GammaRatio(double p, double q, double s, double t)
    {
        if (IsPole(s) || IsPole(t)) return 0;
        var (lp, sp) = LogAbsGamma(p);
        var (lq, sq) = LogAbsGamma(q);
        var (ls, ss) = LogAbsGamma(s);
        var (lt, st) = LogAbsGamma(t);
        return sp * sq * ss * st * Math.Exp(lp + lq - ls - lt);
    }

    private static bool IsPole(double x) => x <= 0 && x == Math.Floor(x);

    private static (double LogAbs, int Sign) LogAbsGamma(double x)
    {
        if (x > 0) return (GammaFunctions.LogGamma(x), 1);
        // Γ(x)Γ(1 − x) = π / sin πx
        var sine = Math.Sin(Math.PI * (x - 2 * Math.Floor(x / 2)));
        return (Math.Log(Math.PI / Math.Abs(sine)) - GammaFunctions.LogGamma(1 - x), Math.Sign(sine));
    }
}
