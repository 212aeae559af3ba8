using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Events;

namespace Personalization.Engine.Decisions;

/// <summary>How one slot decides, ready for use.</summary>
public sealed class SlotSettings
{
    private SlotSettings(string name, SlotOptions options)
    {
        Name = name;
        Policy = new ActionPolicy(PolicyOf(options));
        Features = new FeatureLayout(options.Features);
        Untaught = ActionModel.Empty(Features.Dimension, Policy.Options);
        WindowMs = (long)options.Window.TotalMilliseconds;
        DefaultReward = options.DefaultReward;
        CountsExposures = options.CountsExposures;
        // A model that cannot take back what it learned waits for the end.
        LearnsAtClose = options.LearnsAtClose ?? Policy.Options.Link == RewardLink.Logistic;
        Rewards = RulesOf(options.Rewards, needsMatch: false);
    }

    /// <summary>The slot.</summary>
    public string Name { get; }

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

    /// <summary>Whether rewards are learned at the window's end.</summary>
    public bool LearnsAtClose { get; }

    /// <summary>Events that reward.</summary>
    public RewardRule[] Rewards { get; }

    /// <summary>Makes the settings of a slot; one that nobody configured has the defaults.</summary>
    public static SlotSettings From(string name, DecisionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SlotSettings(name, options.Slots.GetValueOrDefault(name) ?? options.Default);
    }

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
