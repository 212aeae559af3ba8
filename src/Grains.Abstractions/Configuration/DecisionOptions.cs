namespace Personalization.Configuration;

/// <summary>How a slot chooses. See docs/decisions.md.</summary>
public enum DecisionPolicy
{
    /// <summary>Thompson sampling over a Bayesian linear regression of the reward. The default.</summary>
    LinearThompsonSampling,

    /// <summary>Thompson sampling over a Bayesian logistic regression.</summary>
    LogisticThompsonSampling,

    /// <summary>Inverse gap weighting around a logistic regression.</summary>
    SquareCb,

    /// <summary>The best by a logistic regression, any other with probability ε.</summary>
    EpsilonGreedy,

    /// <summary>Every eligible action alike.</summary>
    Uniform,
}

/// <summary>What a slot's models learn from.</summary>
public enum LearningSource
{
    /// <summary>Every decision: what nobody answers within the window has the default reward. The default.</summary>
    Decisions,

    /// <summary>Decisions that were shown: an <c>exposure</c> names the decision, or a reward comes for it. Who asks and shows nothing teaches nothing.</summary>
    Exposures,
}

/// <summary>Decisions: next best actions.</summary>
public sealed class DecisionOptions
{
    /// <summary>Slots by name. One that is not here decides by <see cref="Default"/>.</summary>
    public Dictionary<string, SlotOptions> Slots { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What slots do that nobody configured: linear Thompson sampling over all actions, by one model that they share.</summary>
    public SlotOptions Default { get; set; } = new();

    /// <summary>How long a decision waits for the log before it is answered 503, its outcome unknown. Default 250 ms.</summary>
    public TimeSpan AppendTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a decision with a capped action waits for its own fold. Default 2 s.</summary>
    public TimeSpan CapTimeout { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>How one slot decides.</summary>
public sealed class SlotOptions
{
    /// <summary>The policy. Default <see cref="DecisionPolicy.LinearThompsonSampling"/>.</summary>
    public DecisionPolicy Policy { get; set; } = DecisionPolicy.LinearThompsonSampling;

    /// <summary>ε: the share of decisions made uniformly over all eligible actions, so that every propensity is at least ε/K. Default 0.02.</summary>
    public double Epsilon { get; set; } = .02;

    /// <summary>The reward that an action without data is expected to bring. Strictly between 0 and 1, default 0.1.</summary>
    public double PriorReward { get; set; } = .1;

    /// <summary>How sure the prior is that a feature has no influence. Above 0, default 4.</summary>
    public double PriorPrecision { get; set; } = 4;

    /// <summary>How far one customer's liking departs from the shared model, as a standard deviation; 0 = customers have no parameters of their own. Default (none): 0.1 linear, 1 logistic.</summary>
    public double? OwnDeviation { get; set; }

    /// <summary>How long after a decision a reward counts. Default 1 hour.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The reward of a choice that nobody rewarded within the window, 0 to 1. Default 0.</summary>
    public double DefaultReward { get; set; }

    /// <summary>
    /// Events of the customer that reward within the window, by type, 0 to 1. A purchase or subscription rewards the newest open decision;
    /// any other type must name the decision or the action. Default: purchase 1, productClicked 1.
    /// </summary>
    public Dictionary<string, double> Rewards { get; set; } = new(StringComparer.Ordinal) { ["purchase"] = 1, ["productClicked"] = 1 };

    /// <summary>Whether what a decision spent of caps comes back at the window's end if it was never shown. Default false: a decision counts.</summary>
    public bool CountsExposures { get; set; }

    /// <summary>What models learn from. Default <see cref="LearningSource.Decisions"/>.</summary>
    public LearningSource LearnsFrom { get; set; } = LearningSource.Decisions;

    /// <summary>The largest share of what the slot learns from that one key's decisions may be, where several keys ask. Above 0 to 1, default 1: no bound.</summary>
    public double KeyShare { get; set; } = 1;

    /// <summary>Whether models learn at the window's end instead of at the reward. Default (none): as the policy needs, at the end for logistic models.</summary>
    public bool? LearnsAtClose { get; set; }

    /// <summary>
    /// The context's features, each with a component of its own: <c>device=phone</c> for a text or flag, <c>temperature:-10..40</c> for a number and the range that it lies in,
    /// <c>price</c> for a number by its magnitude. Default none: then whatever the context holds is hashed into 24 components.
    /// </summary>
    public string[] Features { get; set; } = [];
}
