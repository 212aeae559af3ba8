namespace Personalization.Configuration;

/// <summary>
/// Churn scores: the population's parameters of MBG/NBD over purchase days, and what is asked of it. All times of the model are weeks.
/// </summary>
/// <remarks>
/// The defaults are those of the CDNOW sample (2,357 customers of a record shop, 1997): a place to start, not your shop. Where none of
/// <see cref="R"/>, <see cref="Alpha"/>, <see cref="A"/> and <see cref="B"/> is given, they hold until the population's own are fitted
/// (<see cref="Fit"/>); where one is given, the settings stay authoritative. See docs/churn.md.
/// </remarks>
public sealed class ChurnOptions
{
    /// <summary>Default of <see cref="R"/>.</summary>
    public const double DefaultR = .5248;

    /// <summary>Default of <see cref="Alpha"/>, in weeks.</summary>
    public const double DefaultAlpha = 6.183;

    /// <summary>Default of <see cref="A"/>.</summary>
    public const double DefaultA = .891;

    /// <summary>Default of <see cref="B"/>.</summary>
    public const double DefaultB = 1.614;

    /// <summary>r, shape of the purchase rates over customers. Default 0.5248.</summary>
    public double? R { get; set; }

    /// <summary>α, rate parameter of the purchase rates, in weeks: the mean rate of a customer who is alive is r/α a week. Default 6.183.</summary>
    public double? Alpha { get; set; }

    /// <summary>a, of the probabilities of dropping out after a purchase. Default 0.891.</summary>
    public double? A { get; set; }

    /// <summary>b, likewise: the mean probability of dropping out is a/(a + b). Default 1.614.</summary>
    public double? B { get; set; }

    /// <summary>θ: <c>crossesThresholdAt</c> is when P(alive) falls below it. Strictly between 0 and 1, default 0.5.</summary>
    public double Threshold { get; set; } = .5;

    /// <summary>The horizon of <c>churnProbability</c> and <c>expectedPurchases</c>, in days. Default 90.</summary>
    public int HorizonDays { get; set; } = 90;

    /// <summary>How the parameters are fitted to the population.</summary>
    public ChurnFitOptions Fit { get; set; } = new();

    /// <summary>The prior over visits, for customers without a purchase.</summary>
    public ActivityChurnOptions Activity { get; set; } = new();

    /// <summary>The value of a purchase day.</summary>
    public LifetimeValueOptions Value { get; set; } = new();
}

/// <summary>How r, α, a, b and p, q, v are fitted to the customers whose first purchase this installation saw.</summary>
public sealed class ChurnFitOptions
{
    /// <summary>
    /// Whether parameters are fitted, and fitted ones used. Default true. Parameters that are given in the settings are never replaced. While it is false the
    /// sample is kept up to date all the same; <c>Learning=Frozen</c> leaves sample and fit as they are, and the fit in use.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Customers kept to fit to, at most: a uniform sample of all. Default 50,000, about 5 MB with the learner. Between half of it and all of it are kept. A fit
    /// costs a core about a second for each 50,000.
    /// </summary>
    public int Sample { get; set; } = 50_000;

    /// <summary>Customers needed before anything is fitted. Default 1,000: the standard errors of r and α are then about a tenth of them.</summary>
    public int MinCustomers { get; set; } = 1000;
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
    /// <summary>Default of <see cref="P"/>.</summary>
    public const double DefaultP = 6.25;

    /// <summary>Default of <see cref="Q"/>.</summary>
    public const double DefaultQ = 3.74;

    /// <summary>Default of <see cref="V"/>.</summary>
    public const double DefaultV = 15.44;

    /// <summary>p, shape of one customer's values: their coefficient of variation is 1/√p. Default 6.25.</summary>
    public double? P { get; set; }

    /// <summary>q, shape over customers; above 1. Default 3.74.</summary>
    public double? Q { get; set; }

    /// <summary>v, scale in the base currency: the population's mean is pv/(q − 1). Default 15.44, a mean of 35.2. The one that must fit your prices.</summary>
    public double? V { get; set; }

    /// <summary>The days ahead whose purchases are summed. Default 365.</summary>
    public int HorizonDays { get; set; } = 365;

    /// <summary>Discount a year: 0.1 makes money in a year worth 1/1.1 today. Default 0.1.</summary>
    public double AnnualDiscountRate { get; set; } = .1;
}
