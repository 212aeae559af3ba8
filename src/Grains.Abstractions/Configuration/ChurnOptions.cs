namespace Personalization.Configuration;

/// <summary>
/// Churn scores: the population's parameters of MBG/NBD over purchase days, and what is asked of it. All times of the model are weeks.
/// </summary>
/// <remarks>
/// The defaults are those of the CDNOW sample (2,357 customers of a record shop, 1997): a place to start, not your shop. See docs/churn.md.
/// </remarks>
public sealed class ChurnOptions
{
    /// <summary>r, shape of the purchase rates over customers. Default 0.5248.</summary>
    public double R { get; set; } = .5248;

    /// <summary>α, rate parameter of the purchase rates, in weeks: the mean rate of a customer who is alive is r/α a week. Default 6.183.</summary>
    public double Alpha { get; set; } = 6.183;

    /// <summary>a, of the probabilities of dropping out after a purchase. Default 0.891.</summary>
    public double A { get; set; } = .891;

    /// <summary>b, likewise: the mean probability of dropping out is a/(a + b). Default 1.614.</summary>
    public double B { get; set; } = 1.614;

    /// <summary>θ: <c>crossesThresholdAt</c> is when P(alive) falls below it. Strictly between 0 and 1, default 0.5.</summary>
    public double Threshold { get; set; } = .5;

    /// <summary>The horizon of <c>churnProbability</c> and <c>expectedPurchases</c>, in days. Default 90.</summary>
    public int HorizonDays { get; set; } = 90;

    /// <summary>The prior over visits, for customers without a purchase.</summary>
    public ActivityChurnOptions Activity { get; set; } = new();

    /// <summary>The value of a purchase day.</summary>
    public LifetimeValueOptions Value { get; set; } = new();
}

/// <summary>
/// The same model over visit days instead of purchase days. The defaults are a weak assumption that is fitted to nothing: about one visit's worth
/// of evidence on the rate and three on dropping out.
/// </summary>
public sealed class ActivityChurnOptions
{
    /// <summary>r, shape of the visit rates. Default 1: exponentially distributed over customers.</summary>
    public double R { get; set; } = 1;

    /// <summary>α in weeks. Default 2: a visitor who is alive comes every two weeks on average.</summary>
    public double Alpha { get; set; } = 2;

    /// <summary>a, of dropping out after a visit. Default 1.</summary>
    public double A { get; set; } = 1;

    /// <summary>b, of dropping out after a visit. Default 2: one visitor of three does not come back.</summary>
    public double B { get; set; } = 2;
}

/// <summary>Gamma-Gamma over the money of a purchase day, and what a lifetime value sums up.</summary>
public sealed class LifetimeValueOptions
{
    /// <summary>p, shape of one customer's values: their coefficient of variation is 1/√p. Default 6.25.</summary>
    public double P { get; set; } = 6.25;

    /// <summary>q, shape over customers; above 1. Default 3.74.</summary>
    public double Q { get; set; } = 3.74;

    /// <summary>v, scale in the base currency: the population's mean is pv/(q − 1). Default 15.44, a mean of 35.2. The one that must fit your prices.</summary>
    public double V { get; set; } = 15.44;

    /// <summary>The days ahead whose purchases are summed. Default 365.</summary>
    public int HorizonDays { get; set; } = 365;

    /// <summary>Discount a year: 0.1 makes money in a year worth 1/1.1 today. Default 0.1.</summary>
    public double AnnualDiscountRate { get; set; } = .1;
}
