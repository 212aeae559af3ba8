using Personalization.Algorithms.Bandits.Posteriors;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Features;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Engine.Decisions.Ledger;

/// <summary>
/// Folds decisions, rewards and what the customer does after them into the ledger: pure, and in log order. Whatever a decision depended on stands
/// in its entry, so nothing is looked up.
/// </summary>
internal static class DecisionFold
{
    private const double LargestReward = 1;
    private const long LongestWindowMs = 3_660L * 86_400_000;

    /// <summary>A decision was made: it opens, and its caps are spent. Refused, with nothing changed, where a cap has nothing left.</summary>
    public static FoldOutcome Make(CustomerProfile profile, Entry entry, DecisionMade made, IFoldSink sink)
    {
        if (Fault(made) is { } fault) return FoldOutcome.Rejected(fault);
        var at = entry.Envelope.EventTime;
        var ledger = profile.Decisions ??= new DecisionLedger();
        for (var i = 0; i < made.Caps.Length; i++)
        {
            if (ledger.Spent(made.Caps[i].Scope, at, made.Caps[i].PeriodMs) + SpentBefore(made.Caps, i) >= made.Caps[i].Limit) return FoldOutcome.Refused(OverCap);
        }

        ledger.DropSilent(at);
        if (ledger.ToCloseEarly(made.Kind) is { } early)
        {
            if (!early.IsRewarded) ledger.ClosedEarly++;
            Close(profile, ledger, early, sink, isEarly: true);
        }

        foreach (var charge in made.Caps)
        {
            if (!charge.LimitOnly) ledger.Spend(charge, at, Math.Min(at, entry.LogTime));
        }

        var decision = Open(profile, entry, made, at);
        ledger.Add(decision);
        if (!decision.LearnsFromExposures) TellMade(profile, decision, sink);
        return FoldOutcome.Folded;
    }

    /// <summary>Why a decision was refused.</summary>
    public const string OverCap = "a cap has nothing left";

    /// <summary>A reward by id. Without effect where the window has closed or the choice has its reward.</summary>
    public static FoldOutcome Reward(CustomerProfile profile, RewardGiven given, long time, IFoldSink sink)
    {
        if (given.Value is not (>= 0 and <= LargestReward)) return FoldOutcome.Rejected("a reward must lie between 0 and 1");
        if (profile.Decisions is not { } ledger || ledger.Find(DecisionId.HashOf(given.Decision)) is not { } decision || time > decision.ClosesAt) return FoldOutcome.NoEffect;
        var place = PlaceOf(decision, given.Choice);
        if (place < 0 || decision.Choices[place].Rewarded) return FoldOutcome.NoEffect;
        Resolve(profile, ledger, decision, place, given.Value, sink);
        return FoldOutcome.Folded;
    }

    /// <summary>Which choice a reward is for: the one named, else the first; −1 = none.</summary>
    public static int PlaceOf(OpenDecision decision, string? choice)
    {
        if (choice is null) return decision.Choices.Length > 0 ? 0 : -1;
        for (var place = 0; place < decision.Choices.Length; place++)
        {
            if (decision.Choices[place].Id == choice) return place;
        }

        return -1;
    }

    /// <summary>
    /// Lets an event of the customer reward what it answers: the decision that it names, else the newest one of each kind whose rules take it. An offer and a
    /// recommendation may both have led to one purchase.
    /// </summary>
    public static void Attribute(CustomerProfile profile, CustomerEvent value, long time, IFoldSink sink)
    {
        if (profile.Decisions is not { Open.Count: > 0 } ledger) return;
        var named = value.DecisionId is { } id ? DecisionId.HashOf(id) : 0;
        var action = value.ActionId is { } actionId ? KeyHash.Name(profile.Tenant, actionId) : 0;
        Span<bool> isRewarded = stackalloc bool[2];
        for (var i = ledger.Open.Count - 1; i >= 0; i--)
        {
            var decision = ledger.Open[i];
            if (named != 0 ? decision.IdHash != named : isRewarded[(int)decision.Kind]) continue;
            if (time < decision.At || time > decision.ClosesAt) continue;
            if (value.Type == EventType.Exposure && (named != 0 || Holds(decision, action) >= 0)) Expose(profile, decision, sink);
            if (Rewarded(profile, decision, value, action, named != 0) is not ({ } rule, var place)) continue;
            Resolve(profile, ledger, decision, place, rule.Value, sink);
            isRewarded[(int)decision.Kind] = true;
        }
    }

    /// <summary>Closes, with their defaults, decisions whose windows end at or before a time. Answers whether there were any.</summary>
    public static bool CloseDue(CustomerProfile profile, long until, IFoldSink sink)
    {
        if (profile.Decisions is not { } ledger) return false;
        var closed = false;
        for (var i = 0; i < ledger.Open.Count;)
        {
            var decision = ledger.Open[i];
            if (decision.ClosesAt > until)
            {
                i++;
                continue;
            }

            Close(profile, ledger, decision, sink, isEarly: false);
            closed = true;
        }

        return closed;
    }

    /// <summary>What the places above the charge's own take of its scope.</summary>
    private static int SpentBefore(CapCharge[] charges, int index)
    {
        var count = 0;
        for (var i = 0; i < index; i++)
        {
            if (charges[i].Scope == charges[index].Scope && !charges[i].LimitOnly) count++;
        }

        return count;
    }

    /// <summary>
    /// Whether models learn from a decision as its customer stands now: one who refused personalization since it was made teaches nothing any longer.
    /// </summary>
    private static bool Teaches(CustomerProfile profile, OpenDecision decision) => decision.Learns && !new FeatureView(profile).Refuses(FeaturePurpose.Personalization);

    private static void TellMade(CustomerProfile profile, OpenDecision decision, IFoldSink sink)
    {
        if (!Teaches(profile, decision)) return;
        for (var place = 0; place < decision.Choices.Length; place++) sink.Emit(LearningExample.Of(LearningExample.Made, decision, place));
    }

    /// <summary>It was shown: from now on it teaches, if that is what its slot learns from.</summary>
    private static void Expose(CustomerProfile profile, OpenDecision decision, IFoldSink sink)
    {
        if (decision.Exposed) return;
        decision.Exposed = true;
        if (decision.LearnsFromExposures) TellMade(profile, decision, sink);
    }

    private static void Close(CustomerProfile profile, DecisionLedger ledger, OpenDecision decision, IFoldSink sink, bool isEarly)
    {
        for (var place = 0; place < decision.Choices.Length; place++)
        {
            ref readonly var choice = ref decision.Choices[place];
            if (!choice.Rewarded || decision.LearnsAtClose) Learn(profile, ledger, decision, place, sink);
        }

        // Before its window is over it may still be shown: what it spent stays spent.
        if (decision.CountsExposures && !decision.Exposed && !isEarly) ledger.Release(decision);
        ledger.Remove(decision);
    }

    private static void Resolve(CustomerProfile profile, DecisionLedger ledger, OpenDecision decision, int place, double reward, IFoldSink sink)
    {
        ref var choice = ref decision.Choices[place];
        choice.Rewarded = true;
        choice.Reward = reward;
        Expose(profile, decision, sink);
        if (!decision.LearnsAtClose) Learn(profile, ledger, decision, place, sink);
    }

    private static void Learn(CustomerProfile profile, DecisionLedger ledger, OpenDecision decision, int place, IFoldSink sink)
    {
        if (!Teaches(profile, decision) || (decision.LearnsFromExposures && !decision.Exposed)) return;
        sink.Emit(LearningExample.Of(LearningExample.Resolved, decision, place));
        if (decision.Kind != DecisionKind.NextBestAction || decision.Features.Length == 0) return;
        ref readonly var choice = ref decision.Choices[place];
        ledger.OwnOf(decision.Model).Record(choice.Hash, choice.Group, choice.SharedScore, choice.Reward);
    }

    private static (RewardRule? Rule, int Place) Rewarded(CustomerProfile profile, OpenDecision decision, CustomerEvent value, ulong action, bool isNamed)
    {
        foreach (var rule in decision.Rewards)
        {
            if (rule.Type != value.Type) continue;
            var place = Match(profile, decision, value, action, out var namesAnother);
            if (place < 0 && !namesAnother && (isNamed || !rule.NeedsMatch)) place = FirstOpen(decision);
            return place >= 0 && !decision.Choices[place].Rewarded ? (rule, place) : (null, -1);
        }

        return (null, -1);
    }

    /// <summary>The choice that an event names: by its action, of a recommendation by its items; −1 = none. What names another choice answers another decision.</summary>
    private static int Match(CustomerProfile profile, OpenDecision decision, CustomerEvent value, ulong action, out bool namesAnother)
    {
        var place = -1;
        if (decision.Kind != DecisionKind.Recommendation)
        {
            if (action != 0) place = Holds(decision, action);
            namesAnother = action != 0 && place < 0;
        }
        else if (value.Lines is { Length: > 0 } lines)
        {
            foreach (var line in lines)
            {
                place = Holds(decision, KeyHash.Name(profile.Tenant, line.ItemId));
                if (place >= 0 && !decision.Choices[place].Rewarded) break;
            }

            namesAnother = place < 0;
        }
        else
        {
            if (value.ItemId is { } item) place = Holds(decision, KeyHash.Name(profile.Tenant, item));
            namesAnother = value.ItemId is not null && place < 0;
        }

        return place;
    }

    private static int Holds(OpenDecision decision, ulong hash)
    {
        if (hash == 0) return -1;
        for (var place = 0; place < decision.Choices.Length; place++)
        {
            if (decision.Choices[place].Hash == hash) return place;
        }

        return -1;
    }

    private static int FirstOpen(OpenDecision decision)
    {
        for (var place = 0; place < decision.Choices.Length; place++)
        {
            if (!decision.Choices[place].Rewarded) return place;
        }

        return -1;
    }

    private static OpenDecision Open(CustomerProfile profile, Entry entry, DecisionMade made, long at)
    {
        var choices = new OpenChoice[made.Choices.Length];
        for (var place = 0; place < choices.Length; place++)
        {
            var choice = made.Choices[place];
            choices[place] = new OpenChoice { Id = choice.Id, Hash = KeyHash.Name(profile.Tenant, choice.Id), Propensity = 1, Reward = made.DefaultReward };
            // Nobody learns from a recommendation's record, which may hold a hundred items: what only a learner needs stays in the journal.
            if (!made.Learns) continue;
            choices[place].Group = choice.Group;
            choices[place].Propensity = choice.Propensity;
            choices[place].SharedScore = choice.SharedScore;
        }

        return new OpenDecision
        {
            IdHash = entry.Envelope.ShortEventIdHash,
            Position = entry.Position,
            At = at,
            ClosesAt = at + made.WindowMs,
            IdempotencyKey = made.IdempotencyKey,
            Kind = made.Kind,
            Slot = made.Slot,
            Policy = made.Policy,
            ModelVersion = made.ModelVersion,
            Features = made.Features,
            Choices = choices,
            Rewards = made.Rewards,
            DefaultReward = made.DefaultReward,
            CountsExposures = made.CountsExposures,
            Explored = made.Explored,
            Learns = made.Learns,
            LearnsAtClose = made.LearnsAtClose,
            LearnsFromExposures = made.LearnsFromExposures,
            SharesModel = made.SharesModel,
            Charges = [.. made.Caps.Where(charge => !charge.LimitOnly).Select(charge => charge.Scope)],
        };
    }

    private static string? Fault(DecisionMade made)
    {
        if (!Enum.IsDefined(made.Kind)) return $"a decision of kind {(int)made.Kind} is not known to this code";
        if (made.WindowMs is <= 0 or > LongestWindowMs) return "a decision's window must be above 0 and at most 3,660 days";
        if (made.Features.Length > Vectors.MaxLength || made.Features.Any(value => !(Math.Abs(value) <= RewardModels.LargestValue)))
            return $"a feature vector must be at most {Vectors.MaxLength} numbers within ±1e9";
        if (made.DefaultReward is not (>= 0 and <= LargestReward)) return "a decision's default reward must lie between 0 and 1";
        foreach (var rule in made.Rewards)
        {
            if (rule.Value is not (>= 0 and <= LargestReward)) return "a reward must lie between 0 and 1";
        }

        foreach (var choice in made.Choices)
        {
            if (string.IsNullOrEmpty(choice.Id)) return "a choice must have an id";
            if (choice.Propensity is not (> 0 and <= 1)) return "a propensity must be above 0 and at most 1";
            if (!(Math.Abs(choice.SharedScore) <= RewardModels.LargestValue)) return "a score must be a number within ±1e9";
        }

        return null;
    }
}
