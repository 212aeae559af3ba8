using Personalization.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Decisions.Ledger;

/// <summary>One customer whose decisions, rewards and events are folded; ids are given in order: d1, d2, …</summary>
internal sealed class LedgerRun
{
    public const long Noon = FoldRun.Noon;
    public const long Window = FoldRun.Hour;

    private int _decisions;

    public FoldRun Run { get; } = new();

    public CustomerProfile Profile => Run.Profile;

    public IEnumerable<LearningExample> Made => Examples(LearningExample.Made);

    public IEnumerable<LearningExample> Resolved => Examples(LearningExample.Resolved);

    /// <summary>A decision for actions: a purchase rewards 1, a click that names one ½; whoever gets nothing within the hour is worth ¼.</summary>
    public static DecisionMade Offer(params string[] actions) => new()
    {
        Slot = "home",
        Policy = "uniform",
        ModelVersion = 3,
        Features = [1, 0, -.5],
        Choices = [.. actions.Select((action, place) => new DecisionChoice { Id = action, Propensity = .5 / (place + 1), SharedScore = .125, Group = 77 })],
        Explored = true,
        WindowMs = Window,
        DefaultReward = .25,
        Rewards = [new RewardRule(EventType.Purchase, 1, NeedsMatch: false), new RewardRule(EventType.ProductClicked, .5, NeedsMatch: true)],
    };

    /// <summary>Items that were shown; a purchase or a click of one of them rewards.</summary>
    public static DecisionMade Show(params string[] items) => Offer(items) with
    {
        Kind = DecisionKind.Recommendation,
        Features = [],
        Learns = false,
        Rewards = [new RewardRule(EventType.Purchase, 1, NeedsMatch: true), new RewardRule(EventType.ProductClicked, .5, NeedsMatch: true)],
    };

    public static CapCharge Cap(string scope, int limit, long period = FoldRun.Day) => new(KeyHash.Hash64(scope), limit, period);

    /// <summary>Makes a decision that must be folded; answers its short id.</summary>
    public string Decide(DecisionMade made, long at = Noon)
    {
        var id = $"d{++_decisions}";
        var outcome = Run.Apply(made with { IdempotencyKey = KeyOf(id) }, at, id);
        Assert.Equal(FoldVerdict.Folded, outcome.Verdict);
        return id;
    }

    /// <summary>Tries a decision whose caps may have nothing left.</summary>
    public bool IsTaken(DecisionMade made, long at = Noon)
    {
        var id = $"d{++_decisions}";
        var outcome = Run.Apply(made, at, id);
        if (outcome.Verdict == FoldVerdict.Folded) return true;
        Assert.Equal((FoldVerdict.NoEffect, "a cap has nothing left"), (outcome.Verdict, outcome.Reason));
        Assert.False(Profile.Remembers(DecisionId.HashOf(id)), "what was refused counts as known: drawn anew it would be dropped");
        return false;
    }

    public FoldVerdict Reward(string id, double value = 1, string? choice = null, long at = Noon) =>
        Run.Apply(new RewardGiven { Decision = id, Choice = choice, Value = value }, at, flags: EntryFlags.NoOwnTime).Verdict;

    public FoldVerdict Event(CustomerEvent value, long at = Noon) => Run.Apply(value, at).Verdict;

    public FoldVerdict WakeUp(long due) => Run.Apply(new WakeUp { Due = due }, due, flags: EntryFlags.None).Verdict;

    public bool IsOpen(string id) => OpenDecisions.PositionOf(Profile, KeyOf(id)) is not null;

    public RewardOutcome Judge(string id, string? choice = null, long at = Noon) =>
        OpenDecisions.Judge(Profile, new RewardGiven { Decision = id, Choice = choice, Value = 1 }, at);

    /// <summary>Wakes the customer whenever it wants to be, up to a time.</summary>
    public void WakeUntil(long until)
    {
        while (Profile.NextWakeUp is { } due && due <= until) Assert.Equal(FoldVerdict.Folded, WakeUp(due));
    }

    private static ulong KeyOf(string id) => OpenDecisions.KeyOf(DecisionKind.NextBestAction, "home", id);

    private IEnumerable<LearningExample> Examples(string kind) => Run.Sink.Items.Where(item => item.Kind == kind).Select(item => LearningExample.Read(item.Bytes));
}
