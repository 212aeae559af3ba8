using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Events;

namespace Personalization.Engine.Decisions;

/// <summary>How one slot decides, ready for use.</summary>
public sealed class SlotSettings
{
    /// <summary>The name of the model that all slots share which nobody configured: no slot can have it.</summary>
    public const string SharedModel = "";

    private SlotSettings(string name, bool isConfigured, SlotOptions options)
    {
        Name = name;
        IsConfigured = isConfigured;
        Policy = new ActionPolicy(PolicyOf(options));
        Features = new FeatureLayout(options.Features);
        Untaught = ActionModel.Empty(Features.Dimension, Policy.Options);
        WindowMs = (long)options.Window.TotalMilliseconds;
        DefaultReward = options.DefaultReward;
        CountsExposures = options.CountsExposures;
        LearnsFromExposures = options.LearnsFrom == LearningSource.Exposures;
        // A model that cannot take back what it learned waits for the end.
        LearnsAtClose = options.LearnsAtClose ?? Policy.Options.Link == RewardLink.Logistic;
        KeyShare = options.KeyShare;
        Rewards = RulesOf(options.Rewards, needsMatch: false);
    }

    private SlotSettings(string name, SlotSettings shared)
    {
        (Name, IsConfigured, Policy, Features, Untaught) = (name, shared.IsConfigured, shared.Policy, shared.Features, shared.Untaught);
        (WindowMs, DefaultReward, CountsExposures, LearnsFromExposures, LearnsAtClose) = (shared.WindowMs, shared.DefaultReward, shared.CountsExposures, shared.LearnsFromExposures, shared.LearnsAtClose);
        (KeyShare, Rewards) = (shared.KeyShare, shared.Rewards);
    }

    /// <summary>The slot.</summary>
    public string Name { get; }

    /// <summary>Whether the settings name it. Slots that they do not name share one model and the settings of <see cref="DecisionOptions.Default"/>.</summary>
    public bool IsConfigured { get; }

    /// <summary>The model that scores it and learns from it: its own, or <see cref="SharedModel"/>.</summary>
    public string Model => IsConfigured ? Name : SharedModel;

    /// <summary>The name that stands in x where others share the model; null where the model is the slot's own.</summary>
    public string? NameInFeatures => IsConfigured ? null : Name;

    /// <summary>The policy.</summary>
    public ActionPolicy Policy { get; }

    /// <summary>What the feature vector is made of.</summary>
    public FeatureLayout Features { get; }

    /// <summary>The model of a slot that has learned nothing.</summary>
    public ActionModel Untaught { get; }

    /// <summary>How long a reward counts, ms.</summary>
    public long WindowMs { get; }

    /// <summary>The reward of a choice that nobody rewarded.</summary>
    public double DefaultReward { get; }

    /// <summary>Whether caps come back where no exposure came.</summary>
    public bool CountsExposures { get; }

    /// <summary>Whether only what was shown teaches: an exposure or a reward says so.</summary>
    public bool LearnsFromExposures { get; }

    /// <summary>The largest share of what the slot learns from that may come of one caller's key, above 0 to 1; 1 = no bound.</summary>
    public double KeyShare { get; }

    /// <summary>Whether rewards are learned at the window's end.</summary>
    public bool LearnsAtClose { get; }

    /// <summary>Events that reward.</summary>
    public RewardRule[] Rewards { get; }

    /// <summary>Makes the settings of a slot; one that nobody configured has the defaults.</summary>
    public static SlotSettings From(string name, DecisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Slots.TryGetValue(name, out var own) ? new SlotSettings(name, true, own) : new SlotSettings(name, false, options.Default);
    }

    /// <summary>The same settings for another slot that nobody configured. Costs one small object: nothing is kept for a name that a caller made up.</summary>
    public SlotSettings Named(string name) => new(name, this);

    /// <summary>The policy and prior of a slot's options.</summary>
    public static PolicyOptions PolicyOf(SlotOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new PolicyOptions
        {
            Kind = options.Policy switch
            {
                DecisionPolicy.LinearThompsonSampling => PolicyKind.LinearThompsonSampling,
                DecisionPolicy.LogisticThompsonSampling => PolicyKind.LogisticThompsonSampling,
                DecisionPolicy.SquareCb => PolicyKind.SquareCb,
                DecisionPolicy.EpsilonGreedy => PolicyKind.EpsilonGreedy,
                DecisionPolicy.Uniform => PolicyKind.Uniform,
                _ => throw new ArgumentOutOfRangeException(nameof(options), options.Policy, "not a policy"),
            },
            Epsilon = options.Epsilon,
            PriorReward = options.PriorReward,
            PriorPrecision = options.PriorPrecision,
            OwnDeviation = options.OwnDeviation,
        };
    }

    /// <summary>Rules of reward as settings name them.</summary>
    /// <param name="rewards">Rewards by event type.</param>
    /// <param name="needsMatch">Whether a purchase or subscription must name what was chosen too, as every other event must.</param>
    public static RewardRule[] RulesOf(IReadOnlyDictionary<string, double> rewards, bool needsMatch)
    {
        ArgumentNullException.ThrowIfNull(rewards);
        return [.. rewards.Select(reward => EventTypes.TryParse(reward.Key, out var type)
            ? new RewardRule(type, reward.Value, needsMatch || type is not (EventType.Purchase or EventType.Subscribed))
            : throw new ArgumentException($"'{reward.Key}' is not an event type", nameof(rewards)))];
    }
}
