using Personalization.Algorithms.Bandits.Posteriors;

namespace Personalization.Engine.Decisions.Policies;

/// <summary>The policy of one slot and the model under it. Defaults were chosen in simulated worlds other than those that <c>simulate</c> reports; docs/simulate.md has the figures of what was tried.</summary>
/// <remarks>
/// The model's shape (<see cref="Link"/>, <see cref="Posterior"/>, <see cref="PriorPrecision"/>, <see cref="PriorReward"/>) is stored with what it learned: changing one of them starts its model anew
/// (<see cref="ActionModel.IsFor"/>); the rest takes effect with the next decision.
/// </remarks>
public sealed record PolicyOptions
{
    /// <summary>The policy. Default: linear Thompson sampling.</summary>
    public PolicyKind Kind { get; init; } = PolicyKind.LinearThompsonSampling;

    /// <summary>ε in [0, 1]: the share of decisions made uniformly over all eligible actions, so that every propensity is ≥ ε/K. Default .02. With 0, a record may hold propensities of 0 that no estimator can use.</summary>
    public double Epsilon { get; init; } = 0.02;

    /// <summary>The reward that an action without data is expected to bring, in (0, 1). Default .1.</summary>
    public double PriorReward { get; init; } = 0.1;

    /// <summary>λ &gt; 0: how sure the prior is that a coefficient is 0 (the constant's: <see cref="PriorReward"/>). Default 4: deviations of .15 in reward (linear, noise .3) or .5 in log-odds (logistic).</summary>
    public double PriorPrecision { get; init; } = 4;

    /// <summary>How much covariance the posteriors keep. Default: all.</summary>
    public PosteriorForm Posterior { get; init; } = PosteriorForm.Full;

    /// <summary>σ &gt; 0, linear only: the standard deviation of a reward around its mean. Default .3, a reward of 0 and 1 that comes one time in ten; never above ½.</summary>
    public double Noise { get; init; } = 0.3;

    /// <summary>What the shared posterior's deviations are multiplied by when they are drawn, ≥ 0. Default ½: the posterior itself (1) explores for a longer horizon than 50,000 decisions among 40 actions.</summary>
    public double Exploration { get; init; } = 0.5;

    /// <summary>SquareCB's γ after the first reward, about. Default 100. γ = <see cref="Gamma"/> · (1 + rewards)^<see cref="GammaExponent"/>.</summary>
    public double Gamma { get; init; } = 100;

    /// <summary>How SquareCB's γ grows with the rewards learned, in [0, 1]. Default ½, by theory.</summary>
    public double GammaExponent { get; init; } = 0.5;

    /// <summary>
    /// τ: how far one customer's liking for one action departs from the shared model, as a standard deviation on the score's scale (reward for linear, log-odds for logistic). 0 turns the customer's own part off. Default (null): .05
    /// for linear, .5 for logistic.
    /// </summary>
    public double? OwnDeviation { get; init; }

    /// <summary>The same for a whole group of actions. Default (null): as <see cref="OwnDeviation"/>.</summary>
    public double? GroupDeviation { get; init; }

    /// <summary>What the customer's own uncertainty is multiplied by when it is drawn, ≥ 0: 0 uses what is known of the customer and never tries something out to learn more of it alone. Default 0: among
    /// 40 actions a customer of 25 decisions does not live to see what trying out brings; raise it where few actions meet the same customer hundreds of times.</summary>
    public double OwnExploration { get; init; }

    /// <summary>What turns a score into an expected reward: the identity for linear Thompson sampling, σ for all others.</summary>
    public RewardLink Link => Kind == PolicyKind.LinearThompsonSampling ? RewardLink.Identity : RewardLink.Logistic;

    /// <summary>τ in use for one action.</summary>
    public double ActionTau => OwnDeviation ?? (Link == RewardLink.Identity ? 0.05 : 0.5);

    /// <summary>τ in use for a group.</summary>
    public double GroupTau => GroupDeviation ?? ActionTau;

    /// <summary>Every fault of these options, as sentences that begin with the property's name; none if they can be used.</summary>
    public IEnumerable<string> Faults()
    {
        if (!Enum.IsDefined(Kind)) yield return $"{nameof(Kind)} {(int)Kind} is not a policy.";
        if (!Enum.IsDefined(Posterior)) yield return $"{nameof(Posterior)} {(int)Posterior} is not a form.";
        if (Epsilon is not (>= 0 and <= 1)) yield return $"{nameof(Epsilon)} is {Epsilon}; it lies in [0, 1].";
        if (PriorReward is not (> 0 and < 1)) yield return $"{nameof(PriorReward)} is {PriorReward}; it lies in (0, 1).";
        if (!IsPositive(PriorPrecision)) yield return $"{nameof(PriorPrecision)} is {PriorPrecision}; it is positive.";
        if (Noise is not (> 0 and <= 0.5)) yield return $"{nameof(Noise)} is {Noise}; it lies in (0, .5].";
        if (!IsNotNegative(Exploration)) yield return $"{nameof(Exploration)} is {Exploration}; it is not negative.";
        if (!IsPositive(Gamma)) yield return $"{nameof(Gamma)} is {Gamma}; it is positive.";
        if (GammaExponent is not (>= 0 and <= 1)) yield return $"{nameof(GammaExponent)} is {GammaExponent}; it lies in [0, 1].";
        if (!IsNotNegative(ActionTau)) yield return $"{nameof(OwnDeviation)} is {ActionTau}; it is not negative.";
        if (!IsNotNegative(GroupTau)) yield return $"{nameof(GroupDeviation)} is {GroupTau}; it is not negative.";
        if (!IsNotNegative(OwnExploration)) yield return $"{nameof(OwnExploration)} is {OwnExploration}; it is not negative.";
    }

    private static bool IsPositive(double value) => value > 0 && double.IsFinite(value);

    private static bool IsNotNegative(double value) => value >= 0 && double.IsFinite(value);
}
