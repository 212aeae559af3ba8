using Personalization.Engine.Tests.Decisions.Pipeline;
using Personalization.Engine.Decisions.Actions;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;

namespace Personalization.Engine.Tests.Decisions.Ledger;

public sealed class LedgerTests
{
    private const long Noon = FoldRun.Noon;

    private readonly LedgerRun _run = new();

    [Fact]
    public void A_decision_is_told_to_models_when_it_is_folded_with_all_that_they_need_of_each_choice()
    {
        var id = _run.Decide(LedgerRun.Offer("a", "b"));
        Assert.Equal(["a", "b"], _run.Made.Select(example => example.Choice));
        Assert.Equivalent(
            new LearningExample
            {
                Kind = DecisionKind.NextBestAction,
                Slot = "home",
                Policy = "uniform",
                Choice = "b",
                Place = 1,
                Decision = DecisionId.HashOf(id),
                At = Noon,
                Features = [1, 0, -.5],
                Propensity = .25,
                Explored = true,
                SharedScore = .125,
                Reward = .25,
                DefaultReward = .25,
                ModelVersion = 3,
            },
            _run.Made.Last(), strict: true);
    }

    [Fact]
    public void A_decision_that_comes_twice_is_folded_once()
    {
        var id = _run.Decide(LedgerRun.Offer("a"));
        Assert.Equal(FoldVerdict.Duplicate, _run.Run.Apply(LedgerRun.Offer("a"), Noon, id).Verdict);
        Assert.Single(_run.Made);
    }

    [Fact]
    public void Where_only_what_was_shown_teaches_a_decision_is_told_once_when_its_exposure_comes_and_its_end_after_it()
    {
        var id = _run.Decide(LedgerRun.Offer("a") with { LearnsFromExposures = true });
        Assert.Empty(_run.Made);
        var exposure = new CustomerEvent { Type = EventType.Exposure, DecisionId = id };
        Assert.Equal(FoldVerdict.Folded, _run.Event(exposure, Noon + 1));
        Assert.Equal(FoldVerdict.Folded, _run.Event(exposure, Noon + 2));
        Assert.Equal("a", Assert.Single(_run.Made).Choice);
        _run.Run.Reload();
        _run.WakeUntil(Noon + (2 * LedgerRun.Window));
        Assert.Equal(.25, Assert.Single(_run.Resolved).Reward);
        Assert.Single(_run.Made);
    }

    [Fact]
    public void A_reward_counts_as_an_exposure_and_what_was_neither_shown_nor_rewarded_teaches_nothing()
    {
        var rewarded = _run.Decide(LedgerRun.Offer("a", "b") with { LearnsFromExposures = true });
        _run.Decide(LedgerRun.Offer("c") with { LearnsFromExposures = true, LearnsAtClose = true });
        Assert.Equal(FoldVerdict.Folded, _run.Reward(rewarded));
        _run.Run.Reload();
        _run.WakeUntil(Noon + (2 * LedgerRun.Window));
        Assert.Equal(["a", "b"], _run.Made.Select(example => example.Choice));
        Assert.Equal([("a", 1.0), ("b", .25)], _run.Resolved.Select(example => (example.Choice, example.Reward)));
        Assert.Equal(0, _run.Profile.OpenDecisions);
    }

    [Fact]
    public void Slots_that_share_a_model_share_what_is_the_customers_own_and_the_model_that_learned_longest_ago_makes_room()
    {
        void Answer(string slot, bool shares = false) => _run.Reward(_run.Decide(LedgerRun.Offer("a") with { Slot = slot, SharesModel = shares }));
        double Own(string slot)
        {
            // What the customer's own answers add to the score of the action.
            var desk = new Desk(new SlotOptions { OwnDeviation = .5 }, new ActionDefinition { ActionId = "a" }) { Customer = _run.Run };
            var choice = desk.Decide(desk.Question() with { Slot = desk.Slot.Named(slot) }).Choices[0];
            return choice.Score - choice.SharedScore;
        }

        Answer("one", shares: true);
        Answer("two", shares: true);
        Assert.True(Own("three") > .1, "a slot that shares the model does not know the customer's answers");
        foreach (var slot in new[] { "s1", "s2", "s3" }) Answer(slot);
        Answer("three", shares: true);
        Answer("s4");
        _run.Run.Reload();
        Assert.True(Own("four") > .1, "what was used lately has made room");
        foreach (var slot in new[] { "s5", "s6", "s7" }) Answer(slot);
        Assert.Equal(0, Own("four"), 1e-9);
    }

    [Fact]
    public void While_learning_is_frozen_nothing_is_told_and_nobody_is_woken()
    {
        var id = _run.Decide(LedgerRun.Offer("a") with { Learns = false });
        Assert.Null(_run.Profile.NextWakeUp);
        Assert.Equal(FoldVerdict.Folded, _run.Reward(id));
        Assert.Equal(RewardOutcome.AlreadyRewarded, _run.Judge(id));
        _run.WakeUp(Noon + LedgerRun.Window);
        Assert.False(_run.IsOpen(id));
        Assert.Empty(_run.Run.Sink.Items);
    }

    [Fact]
    public void A_frozen_decision_that_may_give_a_cap_back_is_woken_for()
    {
        _run.Decide(LedgerRun.Offer("a") with { Learns = false, CountsExposures = true });
        Assert.Null(_run.Profile.NextWakeUp);
        _run.Decide(LedgerRun.Offer("a") with { Learns = false, CountsExposures = true, Caps = [LedgerRun.Cap("action:a", 1)] });
        Assert.Equal(Noon + LedgerRun.Window, _run.Profile.NextWakeUp);
    }

    [Fact]
    public void What_closes_silently_leaves_with_the_first_decision_after_its_window()
    {
        var silent = _run.Decide(LedgerRun.Show("sock"));
        Assert.Null(_run.Profile.NextWakeUp);
        _run.Decide(LedgerRun.Offer("a"), Noon + LedgerRun.Window);
        Assert.True(_run.IsOpen(silent));
        _run.Decide(LedgerRun.Offer("a"), Noon + LedgerRun.Window + 1);
        Assert.False(_run.IsOpen(silent));
    }

    [Fact]
    public void The_oldest_of_64_closes_early_with_its_default_when_another_one_comes()
    {
        for (var i = 0; i < 64; i++) _run.Decide(LedgerRun.Offer($"a{i}"));
        Assert.Empty(_run.Resolved);
        _run.Decide(LedgerRun.Offer("more"));
        Assert.Equal([("a0", .25)], _run.Resolved.Select(example => (example.Choice, example.Reward)));
        Assert.Equal((false, true, true), (_run.IsOpen("d1"), _run.IsOpen("d2"), _run.IsOpen("d65")));
        Assert.Equal(FoldVerdict.NoEffect, _run.Reward("d1"));
    }

    [Fact]
    public void What_has_all_its_rewards_goes_before_what_still_waits()
    {
        for (var i = 0; i < 64; i++) _run.Decide(LedgerRun.Offer($"a{i}") with { LearnsAtClose = true });
        _run.Reward("d9", .75);
        _run.Decide(LedgerRun.Offer("more"));
        Assert.Equal([("a8", .75)], _run.Resolved.Select(example => (example.Choice, example.Reward)));
        Assert.True(_run.IsOpen("d1"));
    }

    [Fact]
    public void A_ninth_recommendation_takes_the_place_of_the_oldest_and_never_that_of_an_action()
    {
        for (var i = 0; i < 9; i++) _run.Decide(LedgerRun.Show("sock"));
        Assert.Equal((false, true, true), (_run.IsOpen("d1"), _run.IsOpen("d2"), _run.IsOpen("d9")));

        var full = new LedgerRun();
        full.Decide(LedgerRun.Offer("a"));
        full.Decide(LedgerRun.Show("sock"));
        for (var i = 0; i < 62; i++) full.Decide(LedgerRun.Offer("a"));
        full.Decide(LedgerRun.Show("sock"));
        Assert.Equal((true, false, true), (full.IsOpen("d1"), full.IsOpen("d2"), full.IsOpen("d65")));
    }

    [Fact]
    public void Erasure_forgets_decisions_and_caps_and_tells_nothing_of_them()
    {
        var id = _run.Decide(LedgerRun.Offer("a") with { Caps = [LedgerRun.Cap("action:a", 1)] });
        _run.Reward(id);
        _run.Run.Apply(new Erasure(), flags: EntryFlags.None);
        var told = _run.Run.Sink.Items.Count;
        Assert.Null(_run.Profile.NextWakeUp);
        Assert.Equal((RewardOutcome.WindowClosed, FoldVerdict.NoEffect), (_run.Judge(id), _run.Reward(id)));
        Assert.Equal(FoldVerdict.NoEffect, _run.WakeUp(Noon + LedgerRun.Window));
        Assert.Equal(told, _run.Run.Sink.Items.Count);
        Assert.True(_run.IsTaken(LedgerRun.Offer("a") with { Caps = [LedgerRun.Cap("action:a", 1)] }));
    }

    [Fact]
    public void A_key_is_answered_by_the_decision_made_for_it_while_that_is_open()
    {
        var id = _run.Decide(LedgerRun.Offer("a"));
        Assert.True(_run.IsOpen(id));
        Assert.False(_run.IsOpen("another key"));
        _run.WakeUntil(Noon + LedgerRun.Window);
        Assert.False(_run.IsOpen(id));
    }

    public static TheoryData<string, DecisionMade> Broken => new()
    {
        { "no window", LedgerRun.Offer("a") with { WindowMs = 0 } },
        { "a window beyond all time", LedgerRun.Offer("a") with { WindowMs = long.MaxValue } },
        { "a default beyond 1", LedgerRun.Offer("a") with { DefaultReward = 1.5 } },
        { "a rule beyond 1", LedgerRun.Offer("a") with { Rewards = [new RewardRule(EventType.Purchase, 2, false)] } },
        { "a kind to come", LedgerRun.Offer("a") with { Kind = (DecisionKind)9 } },
        { "no id", LedgerRun.Offer("") },
        { "no propensity", LedgerRun.Offer("a") with { Choices = [new DecisionChoice { Id = "a", Propensity = 0 }] } },
        { "a score that is no number", LedgerRun.Offer("a") with { Choices = [new DecisionChoice { Id = "a", Propensity = 1, SharedScore = double.NaN }] } },
        { "a score that no model learns from", LedgerRun.Offer("a") with { Choices = [new DecisionChoice { Id = "a", Propensity = 1, SharedScore = 1e10 }] } },
        { "a feature that is no number", LedgerRun.Offer("a") with { Features = [1, double.PositiveInfinity] } },
        { "more features than are stored", LedgerRun.Offer("a") with { Features = new double[4097] } },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_record_that_could_not_be_kept_is_rejected_and_changes_nothing(string what, DecisionMade made)
    {
        var outcome = _run.Run.Apply(made, id: "d");
        Assert.True(outcome.Verdict == FoldVerdict.Rejected, $"{what}: {outcome}");
        Assert.Empty(_run.Run.Sink.Items);
        Assert.Null(_run.Profile.NextWakeUp);
        Assert.False(_run.Profile.Remembers(DecisionId.HashOf("d")));
    }
}
