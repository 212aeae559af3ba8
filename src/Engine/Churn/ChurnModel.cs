using Personalization.Algorithms.Lifetime;
using Personalization.Configuration;

namespace Personalization.Engine.Churn;

/// <summary>
/// Everything a churn score depends on besides the customer: the population's parameters and what is asked. Immutable, so that a refit is a new
/// one and a score is always of one set of parameters.
/// </summary>
/// <param name="Purchases">MBG/NBD over purchase days, in weeks.</param>
/// <param name="Visits">MBG/NBD over visit days, in weeks: for customers without a purchase.</param>
/// <param name="Value">Gamma-Gamma over the money of a purchase day, base currency.</param>
/// <param name="Threshold">θ, strictly between 0 and 1.</param>
/// <param name="HorizonDays">The horizon of churn probability and expected purchases, in days.</param>
/// <param name="ValueHorizonDays">The horizon of the lifetime value, in days.</param>
/// <param name="AnnualDiscountRate">Discount a year of 365.25 days.</param>
public sealed record ChurnModel(
    BetaGeometricModel Purchases, BetaGeometricModel Visits, GammaGammaModel Value, double Threshold, int HorizonDays, int ValueHorizonDays, double AnnualDiscountRate)
{
    /// <summary>The model of the settings.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not positive and finite; validated settings never are.</exception>
    public static ChurnModel From(ChurnOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var activity = options.Activity;
        return new ChurnModel(
            new BetaGeometricModel(BetaGeometricVariant.MbgNbd, new(options.R, options.Alpha, options.A, options.B)),
            new BetaGeometricModel(BetaGeometricVariant.MbgNbd, new(activity.R, activity.Alpha, activity.A, activity.B)),
            new GammaGammaModel(options.Value.P, options.Value.Q, options.Value.V),
            options.Threshold,
            options.HorizonDays,
            options.Value.HorizonDays,
            options.Value.AnnualDiscountRate);
    }
}
