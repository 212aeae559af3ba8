using Personalization.Algorithms.Numerics;

namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// "Buy till you die" in closed form: while alive a customer buys as a Poisson process of rate λ; after a purchase it drops out with probability p; λ
/// is gamma and p beta distributed over customers. BG/NBD and MBG/NBD differ in whether the first purchase can be the last
/// (<see cref="BetaGeometricVariant"/>).
/// </summary>
/// <remarks>
/// <para>
/// Sources: P. Fader, B. Hardie and K. L. Lee (Marketing Science, 2005) for BG/NBD; Batislam et al. (2007) and Hoppe and Wagner (2007) for MBG/NBD.
/// With s = 0 for BG/NBD and 1 for MBG/NBD both have the likelihood
/// </para>
/// <code>
/// L(x, t_x, T) = Γ(r+x)/Γ(r) · αʳ · [ B(a, b+x+s)/B(a, b) · (α+T)^−(r+x)  +  B(a+1, b+x+s−1)/B(a, b) · (α+t_x)^−(r+x) ]
///                                      still alive                            dropped out at t_x (not for s = 0, x = 0)
/// </code>
/// <para>
/// so that P(alive) = 1 / (1 + a/(b+x+s−1) · ((α+T)/(α+t_x))^(r+x)), and given that the customer is alive λ ~ Gamma(r+x, α+T) and p ~ Beta(a, b+x+s),
/// independent:
/// everything else follows from these. All times are weeks.
/// </para>
/// <para>
/// Every method is a pure function and allocates nothing: probabilities take some tens of nanoseconds, expectations 0.1–3 µs (a hypergeometric
/// series), the likelihood about 0.7 µs.
/// </para>
/// <example>
/// CDNOW's parameters, a customer with two repeat purchases, the last 30.43 weeks after the first, now 38.86 weeks old, buys 1.226 times in the next
/// 39 weeks:
/// <code>
/// var model = new BetaGeometricModel(BetaGeometricVariant.BgNbd, new(.243, 4.414, .793, 2.426));
/// var expected = model.ExpectedPurchases(new PurchaseStatistics(2, 30.43, 38.86), 39);    // 1.226
/// </code>
/// </example>
/// </remarks>
/// <param name="Variant">When a customer may drop out.</param>
/// <param name="Parameters">The population's parameters.</param>
public readonly record struct BetaGeometricModel(BetaGeometricVariant Variant, BetaGeometricParameters Parameters)
{
    // Below it an exponential is nothing, and what it is multiplied with may be infinite.
    private const double LeastExponent = -700;
    private const double MostCancellation = 1e8;
    private const double Rounding = 1e-9;

    /// <summary>The field's name: <c>BG/NBD</c> or <c>MBG/NBD</c>.</summary>
    public string Name => Variant == BetaGeometricVariant.BgNbd ? "BG/NBD" : "MBG/NBD";

    /// <summary>s of the formulas: 1 where the first purchase can be the last.</summary>
    private int Shift => Variant == BetaGeometricVariant.BgNbd ? 0 : 1;

    /// <summary>ln L(x, t_x, T), in logarithms throughout: no overflow however large x.</summary>
    public double LogLikelihood(in PurchaseStatistics customer)
    {
        var (r, alpha, a, b) = (Parameters.R, Parameters.Alpha, Parameters.A, Parameters.B);
        var shape = r + customer.Frequency;
        var survivals = b + customer.Frequency + Shift;
        var alive = GammaFunctions.LogBeta(a, survivals) - shape * Math.Log(alpha + customer.Age);
        var dropped = customer.Frequency + Shift > 0
            ? GammaFunctions.LogBeta(a + 1, survivals - 1) - shape * Math.Log(alpha + customer.Recency)
            : double.NegativeInfinity;
        return GammaFunctions.LogGamma(shape) - GammaFunctions.LogGamma(r) + r * Math.Log(alpha)
            - GammaFunctions.LogBeta(a, b) + GammaFunctions.LogSumExp(alive, dropped);
    }

    /// <summary>
    /// P(alive | x, t_x, T): that the customer has not dropped out up to T. In (0, 1]; 1 for a one-time buyer under BG/NBD.
    /// </summary>
    /// <remarks>
    /// Worked example, MBG/NBD with r .5248, α 6.183, a .891, b 1.614: one purchase 40 weeks ago gives .38671; weekly purchases for 40 weeks, the
    /// last one week ago: .95147.
    /// </remarks>
    public double ProbabilityAlive(in PurchaseStatistics customer)
    {
        var drops = customer.Frequency + Shift;
        if (drops == 0) return 1;
        var silence = customer.SinceLastPurchase / (Parameters.Alpha + customer.Recency);
        var logOdds = Math.Log(Parameters.A / (Parameters.B + drops - 1)) + (Parameters.R + customer.Frequency) * GammaFunctions.LogOnePlus(silence);
        return 1 / (1 + Math.Exp(logOdds));
    }

    /// <summary>
    /// The age T* (weeks since the first purchase) at which P(alive) falls to a threshold θ if no purchase comes:
    /// T* = (α + t_x) · [((1−θ)/θ) · (b+x+s−1)/a]^(1/(r+x)) − α, and t_x where it is below θ from the last purchase on.
    /// </summary>
    /// <param name="customer">The customer; its age does not matter, what counts is the last purchase.</param>
    /// <param name="threshold">θ, strictly between 0 and 1.</param>
    /// <returns>+∞ where it never falls (a one-time buyer under BG/NBD, or beyond the range of numbers).</returns>
    /// <exception cref="ArgumentOutOfRangeException">θ is not strictly between 0 and 1.</exception>
    /// <remarks>Worked example: MBG/NBD with r .5248, α 6.183, a .891, b 1.614 and θ = .5 gives 12.998 weeks after a first purchase.</remarks>
    public double CrossingTime(in PurchaseStatistics customer, double threshold)
    {
        if (!(threshold > 0 && threshold < 1)) throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "A threshold lies strictly between 0 and 1.");
        var drops = customer.Frequency + Shift;
        if (drops == 0) return double.PositiveInfinity;
        var exponent = Math.Log((1 - threshold) / threshold * (Parameters.B + drops - 1) / Parameters.A) / (Parameters.R + customer.Frequency);
        return exponent <= 0
            ? customer.Recency
            : customer.Recency + (Parameters.Alpha + customer.Recency) * GammaFunctions.ExpMinusOne(exponent);
    }

    /// <summary>
    /// P(no purchase in the next <paramref name="horizon"/> weeks): dropped out already, or alive and silent; 1 − P(alive) · (1 −
    /// ((α+T)/(α+T+H))^(r+x)). This is the churn probability of a horizon.
    /// </summary>
    /// <param name="customer">The customer.</param>
    /// <param name="horizon">H in weeks, ≥ 0.</param>
    public double ProbabilityOfNoPurchase(in PurchaseStatistics customer, double horizon)
    {
        CheckHorizon(horizon);
        var waiting = (Parameters.R + customer.Frequency) * GammaFunctions.LogOnePlus(horizon / (Parameters.Alpha + customer.Age));
        return 1 + ProbabilityAlive(customer) * GammaFunctions.ExpMinusOne(-waiting);
    }

    /// <summary>
    /// E[X(t)]: how many repeat purchases a customer of whom nothing is known but the first purchase makes in its first <paramref name="age"/> weeks.
    /// </summary>
    /// <param name="age">t in weeks, ≥ 0.</param>
    public double ExpectedPurchases(double age)
    {
        CheckHorizon(age);
        var (r, alpha, a, b) = (Parameters.R, Parameters.Alpha, Parameters.A, Parameters.B);
        return (Shift == 0 ? 1 : b / (a + b)) * ExpectedWhileAlive(r, alpha, a, b + Shift, age);
    }

    /// <summary>
    /// E[Y(t) | x, t_x, T]: expected purchases in the next <paramref name="horizon"/> weeks, the possibility that the customer is gone included
    /// (Fader, Hardie and Lee 2005, equation 10).
    /// </summary>
    /// <param name="customer">The customer.</param>
    /// <param name="horizon">t in weeks, ≥ 0 and finite.</param>
    public double ExpectedPurchases(in PurchaseStatistics customer, double horizon)
    {
        CheckHorizon(horizon);
        return ProbabilityAlive(customer) * ExpectedWhileAlive(customer, horizon);
    }

    /// <summary>Expected purchases in the next <paramref name="horizon"/> weeks of a customer known to be alive at its age T.</summary>
    internal double ExpectedWhileAlive(in PurchaseStatistics customer, double horizon) => ExpectedWhileAlive(
        Parameters.R + customer.Frequency, Parameters.Alpha + customer.Age, Parameters.A, Parameters.B + customer.Frequency + Shift, horizon);

    /// <summary>
    /// Purchases until t of a customer that is alive at 0, λ ~ Gamma(r, α), p ~ Beta(a, b):
    /// (a+b−1)/(a−1) · [1 − (1−z)^r ₂F₁(r, b; a+b−1; z)], z = t/(α+t).
    /// </summary>
    /// <remarks>
    /// By Euler's transformation (1−z)^r ₂F₁(r, b; c; z) = (1−z)^(a−1) ₂F₁(c−r, a−1; c; z), c = a+b−1: numbers of order one however large r = r+x is.
    /// The factor a − 1 is divided out term by term, so that a = 1 and a + b = 1 are ordinary points. Where the terms leave the range of numbers or cancel (parameters
    /// at the edge of a fit, which the data do not determine) <see cref="BetaGeometricIntegral"/> takes its place.
    /// </remarks>
    private static double ExpectedWhileAlive(double r, double alpha, double a, double b, double t)
    {
        if (t == 0) return 0;
        var z = t / (alpha + t);
        var c = a + b - 1;
        var logRest = -GammaFunctions.LogOnePlus(t / alpha);
        var rest = (a - 1) * logRest;
        // −(eᵘ − 1)/(a − 1) with u = (a − 1) ln(1 − z), which is −ln(1 − z) at a = 1.
        var first = rest == 0 ? -logRest : -GammaFunctions.ExpMinusOne(rest) / (a - 1);
        var whole = c * first;
        var lost = rest < LeastExponent ? double.NaN : Math.Exp(rest) * Hypergeometric2F1.ScaledExcess(c - r, a - 1, c, z);
        var purchases = whole - lost;
        // Nobody buys more than one who never leaves, r·t/α. A difference that is a sliver of its terms has lost its digits.
        var isExact = purchases >= 0 && purchases <= r * t / alpha * (1 + Rounding) && Math.Abs(whole) <= MostCancellation * purchases;
        return isExact ? purchases : BetaGeometricIntegral.ExpectedWhileAlive(r, alpha, a, b, t);
    }

    private static void CheckHorizon(double horizon)
    {
        if (!(horizon >= 0 && double.IsFinite(horizon))) throw new ArgumentOutOfRangeException(nameof(horizon), horizon, "A span of time is finite and not negative.");
    }
}
