using Personalization.Algorithms.Lifetime;
using Personalization.Configuration;
using Personalization.Engine.Churn.Learning;

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
    /// <summary>The fit that <see cref="Purchases"/> is of; null = the settings.</summary>
    public FittedChurn? PurchasesFit { get; init; }

    /// <summary>The fit that <see cref="Value"/> is of; null = the settings.</summary>
    public FittedChurn? ValueFit { get; init; }

    /// <summary>The model of the settings, with what was fitted to the population where they give no parameters of their own.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="fit">What was fitted; null = nothing yet.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is not positive and finite; validated settings never are.</exception>
    public static ChurnModel From(ChurnOptions options, FittedChurn? fit = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (activity, value) = (options.Activity, options.Value);
        if (!options.Fit.Enabled) fit = null;
        var purchasesFit = (options.R ?? options.Alpha ?? options.A ?? options.B) is null ? fit : null;
        var valueFit = (value.P ?? value.Q ?? value.V) is null && fit?.Value is not null ? fit : null;
        var purchases = purchasesFit?.Purchases ?? new BetaGeometricParameters(
            options.R ?? ChurnOptions.DefaultR, options.Alpha ?? ChurnOptions.DefaultAlpha, options.A ?? ChurnOptions.DefaultA, options.B ?? ChurnOptions.DefaultB);
        return new ChurnModel(
            new BetaGeometricModel(BetaGeometricVariant.MbgNbd, purchases),
            new BetaGeometricModel(BetaGeometricVariant.MbgNbd, new(activity.R, activity.Alpha, activity.A, activity.B)),
            valueFit?.Value ?? new GammaGammaModel(value.P ?? LifetimeValueOptions.DefaultP, value.Q ?? LifetimeValueOptions.DefaultQ, value.V ?? LifetimeValueOptions.DefaultV),
            options.Threshold,
            options.HorizonDays,
            value.HorizonDays,
            value.AnnualDiscountRate)
        {
            PurchasesFit = purchasesFit,
            ValueFit = valueFit,
        };
    }
}
