using MathNet.Numerics.Integration;

namespace Personalization.Algorithms.Lifetime;

/// <summary>
/// What a customer is still worth: expected purchases, each worth what Gamma-Gamma expects, discounted to today.
/// </summary>
/// <remarks>
/// <para>
/// With E(t) the expected purchases in the next t weeks and δ the continuous rate, the discounted purchases are ∫₀ᴴ e^(−δt) dE(t) = e^(−δH) E(H) + δ
/// ∫₀ᴴ e^(−δt) E(t) dt (discounted expected transactions: P. Fader, B. Hardie and K. L. Lee, "RFM and CLV", 2005, here over a stated horizon). The
/// integral is taken by 32-point Gauss–Legendre over u = ln(1 + t/(α + T)), in which E is smooth. Error below 1e-9 relative for horizons up to twenty
/// years. Cost: 33 expectations, from 2 µs; no allocation.
/// </para>
/// <para>Without discounting it is E(H) · E[M]. Multiply by the margin for profit.</para>
/// </remarks>
public static class LifetimeValue
{
    private const int Nodes = 32;
    private static readonly GaussLegendreRule Rule = new(0, 1, Nodes);
    private static readonly double[] Abscissas = Rule.Abscissas;
    private static readonly double[] Weights = Rule.Weights;

    /// <summary>The present value of the purchases expected in the next <paramref name="horizon"/> weeks.</summary>
    /// <param name="purchases">The purchase model.</param>
    /// <param name="value">The value model.</param>
    /// <param name="customer">x, t_x, T in weeks.</param>
    /// <param name="spend">Repeat purchases and their mean value.</param>
    /// <param name="horizon">H in weeks, finite and ≥ 0.</param>
    /// <param name="annualDiscountRate">Per year of 365.25 days, ≥ 0: 0.1 makes money in a year worth 1/1.1 today.</param>
    /// <returns>In the currency of the values; +∞ where the value model has no mean (q ≤ 1 and no purchase known).</returns>
    public static double Expected(
        in BetaGeometricModel purchases, in GammaGammaModel value, in PurchaseStatistics customer, in SpendStatistics spend, double horizon, double annualDiscountRate) =>
        DiscountedPurchases(purchases, customer, horizon, annualDiscountRate) * value.ExpectedValue(spend);

    /// <summary>Purchases expected in the next <paramref name="horizon"/> weeks, each counted at its present value.</summary>
    /// <inheritdoc cref="Expected" path="/param"/>
    public static double DiscountedPurchases(in BetaGeometricModel purchases, in PurchaseStatistics customer, double horizon, double annualDiscountRate)
    {
        if (!(annualDiscountRate >= 0 && double.IsFinite(annualDiscountRate)))
            throw new ArgumentOutOfRangeException(nameof(annualDiscountRate), annualDiscountRate, "A discount rate is finite and not negative.");
        var atHorizon = purchases.ExpectedPurchases(customer, horizon);
        if (annualDiscountRate == 0 || horizon == 0) return atHorizon;

        var rate = Math.Log(1 + annualDiscountRate) * 7 / 365.25;
        var scale = purchases.Parameters.Alpha + customer.Age;
        var end = Math.Log(1 + horizon / scale);
        double integral = 0;
        for (var i = 0; i < Abscissas.Length; i++)
        {
            var growth = Math.Exp(end * Abscissas[i]);
            // Rounding may carry the last node a hair beyond the ends.
            var t = Math.Clamp(scale * (growth - 1), 0, horizon);
            integral += Weights[i] * Math.Exp(-rate * t) * purchases.ExpectedWhileAlive(customer, t) * scale * growth;
        }

        return Math.Exp(-rate * horizon) * atHorizon + rate * end * integral * purchases.ProbabilityAlive(customer);
    }
}
