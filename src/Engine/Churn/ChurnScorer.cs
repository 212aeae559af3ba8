using Personalization.Algorithms.Lifetime;
using Personalization.Customers;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;

namespace Personalization.Engine.Churn;

/// <summary>
/// Scores a profile: will this customer buy again, how often, worth what, and when is it to be given up? Formulas from
/// <see cref="BetaGeometricModel"/> and <see cref="GammaGammaModel"/>; see docs/churn.md for what the numbers are and are not.
/// </summary>
/// <remarks>
/// Who refuses personalization is scored as a stranger. A pure function of profile, time and model: no clock, no look-up. Cost: constant, whatever the customer's history; it allocates for the
/// reasons' text, which is for readers, and <see cref="CrossesThresholdAt"/> needs none of it. A refit of the parameters is a new scorer.
/// </remarks>
/// <param name="settings">The settings that profiles were folded with: their time zone makes the days.</param>
/// <param name="model">The parameters.</param>
public sealed class ChurnScorer(FoldSettings settings, ChurnModel model)
{
    /// <summary>The parameters in use.</summary>
    public ChurnModel Model => model;

    /// <summary>The event time of the newest purchase, whose event <see cref="Score"/> cites; null if there was none.</summary>
    public long? LastPurchaseAt(CustomerProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var last = Seen(profile).Live(settings).Purchases.LastAt;
        return last == 0 ? null : last;
    }

    /// <summary>
    /// The instant at which P(alive) falls below the threshold if nothing happens; null if never, or nothing is known. The same as
    /// <see cref="ChurnView.CrossesThresholdAt"/>, for whoever waits for it.
    /// </summary>
    public long? CrossesThresholdAt(CustomerProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var state = Seen(profile).Live(settings);
        return DayHistory.OfPurchases(state.Purchases) is { } purchases
            ? purchases.Crossing(model.Purchases, model.Threshold)
            : DayHistory.OfVisits(state, settings)?.Crossing(model.Visits, model.Threshold);
    }

    /// <summary>
    /// When the profile next wants to be woken: for what it asks for itself (<see cref="CustomerProfile.NextWakeUp"/>), or to tell that P(alive) of a buyer falls
    /// below the threshold, whichever is first. Cost: some hundred nanoseconds for a buyer, nothing for others.
    /// </summary>
    public long? WakeAt(CustomerProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var own = profile.NextWakeUp;
        if (ChurnCrossing.WakeAt(profile, model.Purchases, model.Threshold) is not { } crossing) return own;
        return own < crossing ? own : crossing;
    }

    /// <summary>The score at a time.</summary>
    /// <param name="profile">The profile; one of which nothing is known gets the prior.</param>
    /// <param name="at">When, milliseconds since 1970-01-01 UTC; before the newest event it is evaluated at that event.</param>
    /// <param name="lastPurchaseEventId">The id of the event at <see cref="LastPurchaseAt"/>; null where it is not known.</param>
    public ChurnView Score(CustomerProfile profile, long at, string? lastPurchaseEventId = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        profile = Seen(profile);
        var state = profile.Live(settings);
        var time = Math.Max(at, profile.NewestEventTime);
        var view = DayHistory.OfPurchases(state.Purchases) is { } purchases
            ? ByPurchases(profile, purchases, time, lastPurchaseEventId)
            : ByActivity(DayHistory.OfVisits(state, settings), time);
        return view with
        {
            Parameters = ParametersOf(view.Basis),
            CustomerId = profile.Customer.PublicId,
            At = time,
            HorizonDays = model.HorizonDays,
            LifetimeValueDays = model.ValueHorizonDays,
            Threshold = model.Threshold,
        };
    }

    private static CustomerProfile Seen(CustomerProfile profile) => new FeatureView(profile).For(FeaturePurpose.Personalization);

    private ChurnView ByPurchases(CustomerProfile profile, in DayHistory history, long time, string? eventId)
    {
        var customer = history.At(time);
        var view = new ChurnView
        {
            Basis = ChurnBasis.Purchases,
            ProbabilityAlive = model.Purchases.ProbabilityAlive(customer),
            ChurnProbability = model.Purchases.ProbabilityOfNoPurchase(customer, model.HorizonDays / 7d),
            ExpectedPurchases = model.Purchases.ExpectedPurchases(customer, model.HorizonDays / 7d),
            CrossesThresholdAt = history.Crossing(model.Purchases, model.Threshold),
        };
        var reasons = new ChurnReasons(ChurnBasis.Purchases, settings.Zone);
        reasons.History(history, time, eventId);
        reasons.Alive(view, model.HorizonDays);
        reasons.Threshold(view.CrossesThresholdAt, history, model.Threshold, time);
        if (Spend(profile) is not { } spend)
        {
            reasons.NoMoney();
            return view with { Reasons = reasons.ToList() };
        }

        var value = LifetimeValue.Expected(model.Purchases, model.Value, customer, spend, model.ValueHorizonDays / 7d, model.AnnualDiscountRate);
        reasons.Value(value, model, spend);
        return view with { LifetimeValue = value, Reasons = reasons.ToList() };
    }

    /// <summary>Visits in place of purchases; without any the prior, as of a first visit at the asked time.</summary>
    private ChurnView ByActivity(DayHistory? known, long time)
    {
        var customer = known?.At(time) ?? new PurchaseStatistics(0, 0, 0);
        var view = new ChurnView
        {
            Basis = ChurnBasis.Activity,
            ProbabilityAlive = model.Visits.ProbabilityAlive(customer),
            ChurnProbability = model.Visits.ProbabilityOfNoPurchase(customer, model.HorizonDays / 7d),
            CrossesThresholdAt = known?.Crossing(model.Visits, model.Threshold),
        };
        var reasons = new ChurnReasons(ChurnBasis.Activity, settings.Zone);
        if (known is { } history) reasons.History(history, time, eventId: null);
        reasons.Alive(view, model.HorizonDays);
        if (known is { } last) reasons.Threshold(view.CrossesThresholdAt, last, model.Threshold, time);
        reasons.NoPurchase(isPrior: known is null);
        return view with { Reasons = reasons.ToList() };
    }

    /// <summary>
    /// The money of a purchase day, all days counted: the profile does not keep the first day's apart. Orders without money are not orders of 0: the mean is
    /// taken over those that carry any and carried to the days by the orders that a day has.
    /// </summary>
    internal static SpendStatistics? Spend(CustomerProfile profile)
    {
        var process = profile.Purchases;
        if (process.Days == 0 || profile.MeanOrderValue <= 0) return null;
        return new SpendStatistics(process.Days, (double)profile.MeanOrderValue * process.Orders / process.Days);
    }

    private ChurnParametersView ParametersOf(ChurnBasis basis)
    {
        var isOfPurchases = basis == ChurnBasis.Purchases;
        var fit = isOfPurchases ? model.PurchasesFit : null;
        var parameters = (isOfPurchases ? model.Purchases : model.Visits).Parameters;
        return new ChurnParametersView
        {
            Source = SourceOf(fit),
            Version = fit?.Version ?? 0,
            R = parameters.R,
            Alpha = parameters.Alpha,
            A = parameters.A,
            B = parameters.B,
            Customers = fit?.Customers,
            FittedTo = fit?.AsOf,
            Value = isOfPurchases ? new ValueParametersView(SourceOf(model.ValueFit), model.Value.P, model.Value.Q, model.Value.V) : null,
        };
    }

    private static ParameterSource SourceOf(FittedChurn? fit) => fit is null ? ParameterSource.Settings : ParameterSource.Fitted;
}
