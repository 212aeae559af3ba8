using Personalization.Decisions;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;

namespace Personalization.Engine.Tests.Decisions.Ledger;

public sealed class RewardTests
{
    private const long Noon = FoldRun.Noon;

    private readonly LedgerRun _run = new();

    private IEnumerable<(string Choice, double Reward)> Resolved => _run.Resolved.Select(example => (example.Choice, example.Reward));

    [Fact]
    public void A_reward_by_id_goes_to_the_choice_it_names_or_to_the_first_and_once()
    {
        var id = _run.Decide(LedgerRun.Offer("a", "b"));
        Assert.Equal(RewardOutcome.NotChosen, _run.Judge(id, "c"));
        Assert.Equal(FoldVerdict.NoEffect, _run.Reward(id, choice: "c"));
        Assert.Equal(FoldVerdict.Folded, _run.Reward(id, .75, "b"));
        Assert.Equal((RewardOutcome.AlreadyRewarded, RewardOutcome.Applied), (_run.Judge(id, "b"), _run.Judge(id)));
        Assert.Equal(FoldVerdict.NoEffect, _run.Reward(id, 1, "b"));
        Assert.Equal(FoldVerdict.Folded, _run.Reward(id, .5));
        Assert.Equal(FoldVerdict.NoEffect, _run.Reward(id, .5));
        Assert.Equal([("b", .75), ("a", .5)], Resolved);
    }

    [Theory]
    [InlineData(-.01)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_reward_beyond_0_and_1_is_rejected(double value)
    {
        var id = _run.Decide(LedgerRun.Offer("a"));
        Assert.Equal(FoldVerdict.Rejected, _run.Reward(id, value));
        Assert.Equal(RewardOutcome.Applied, _run.Judge(id));
    }

    [Fact]
    public void A_reward_counts_until_the_last_instant_of_the_window_and_not_after_it()
    {
        var (last, late) = (_run.Decide(LedgerRun.Offer("a")), _run.Decide(LedgerRun.Offer("b")));
        Assert.Equal(FoldVerdict.Folded, _run.Reward(last, at: Noon + LedgerRun.Window));
        Assert.Equal(RewardOutcome.WindowClosed, _run.Judge(late, at: Noon + LedgerRun.Window + 1));
        Assert.Equal(FoldVerdict.NoEffect, _run.Reward(late, at: Noon + LedgerRun.Window + 1));
        Assert.Equal([("a", 1)], Resolved);
    }

    [Fact]
    public void A_reward_from_a_clock_that_is_behind_counts_and_an_event_from_before_the_decision_does_not()
    {
        var id = _run.Decide(LedgerRun.Offer("a"));
        _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 5 }, Noon - 1);
        Assert.Empty(_run.Resolved);
        Assert.Equal(FoldVerdict.Folded, _run.Reward(id, at: Noon - 1));
        Assert.Equal([("a", 1)], Resolved);
    }

    [Fact]
    public void What_nobody_rewards_is_worth_the_default_when_its_window_ends_and_never_again()
    {
        var id = _run.Decide(LedgerRun.Offer("a", "b"));
        Assert.Equal(Noon + LedgerRun.Window, _run.Profile.NextWakeUp);
        _run.Reward(id, 1, "b");
        Assert.Equal(FoldVerdict.Folded, _run.WakeUp(Noon + LedgerRun.Window));
        Assert.Equal([("b", 1), ("a", .25)], Resolved);
        Assert.Null(_run.Profile.NextWakeUp);
        Assert.Equal(FoldVerdict.NoEffect, _run.WakeUp(Noon + LedgerRun.Window));
        Assert.Equal(FoldVerdict.NoEffect, _run.Reward(id, choice: "a", at: Noon));
        Assert.Equal(2, _run.Resolved.Count());
    }

    [Fact]
    public void A_wake_up_closes_what_is_due_and_leaves_the_rest()
    {
        var (first, second) = (_run.Decide(LedgerRun.Offer("a")), _run.Decide(LedgerRun.Offer("b"), Noon + 1));
        _run.WakeUp(Noon + LedgerRun.Window);
        Assert.Equal((false, true), (_run.IsOpen(first), _run.IsOpen(second)));
        Assert.Equal(Noon + 1 + LedgerRun.Window, _run.Profile.NextWakeUp);
    }

    [Fact]
    public void A_slot_that_learns_at_the_close_learns_each_choice_once_with_the_reward_that_came()
    {
        var id = _run.Decide(LedgerRun.Offer("a", "b") with { LearnsAtClose = true });
        _run.Reward(id, .5, "a");
        Assert.Empty(_run.Resolved);
        _run.WakeUp(Noon + LedgerRun.Window);
        Assert.Equal([("a", .5), ("b", .25)], Resolved);
    }

    [Fact]
    public void An_event_rewards_the_decision_that_it_names_and_no_other()
    {
        var older = _run.Decide(LedgerRun.Offer("a"));
        _run.Decide(LedgerRun.Offer("a"));
        _run.Event(new CustomerEvent { Type = EventType.ProductClicked, DecisionId = DecisionId.Make(FoldRun.Key, older, new byte[DecisionId.KeyBytes]) });
        Assert.Equal(RewardOutcome.AlreadyRewarded, _run.Judge(older));
        Assert.Equal([("a", .5)], Resolved);
        _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1, DecisionId = "unknown" });
        Assert.Single(_run.Resolved);
    }

    [Fact]
    public void An_event_that_names_an_action_rewards_the_newest_decision_that_chose_it()
    {
        var (older, newer, other) = (_run.Decide(LedgerRun.Offer("a", "b")), _run.Decide(LedgerRun.Offer("c", "b")), _run.Decide(LedgerRun.Offer("d")));
        _run.Event(new CustomerEvent { Type = EventType.ProductClicked, ActionId = "b" });
        Assert.Equal((RewardOutcome.Applied, RewardOutcome.AlreadyRewarded, RewardOutcome.Applied), (_run.Judge(older, "b"), _run.Judge(newer, "b"), _run.Judge(other)));
        Assert.Equal([("b", .5)], Resolved);
    }

    [Fact]
    public void An_event_that_must_name_something_and_names_nothing_rewards_nothing()
    {
        _run.Decide(LedgerRun.Offer("a"));
        _run.Event(new CustomerEvent { Type = EventType.ProductClicked, ItemId = "a" });
        _run.Event(new CustomerEvent { Type = EventType.PageViewed, ActionId = "a" });
        Assert.Empty(_run.Resolved);
    }

    [Fact]
    public void A_purchase_that_names_nothing_rewards_the_newest_open_decision_and_the_next_one_the_decision_before()
    {
        _run.Decide(LedgerRun.Offer("a"));
        _run.Decide(LedgerRun.Offer("b"));
        _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1 });
        Assert.Equal([("b", 1)], Resolved);
        _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1 });
        Assert.Equal([("b", 1), ("a", 1)], Resolved);
    }

    [Fact]
    public void A_purchase_that_names_an_action_is_no_reward_of_another()
    {
        _run.Decide(LedgerRun.Offer("a"));
        var newer = _run.Decide(LedgerRun.Offer("b"));
        _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1, ActionId = "a" });
        Assert.Equal([("a", 1)], Resolved);
        _run.Event(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1, ActionId = "a", DecisionId = newer });
        Assert.Equal([("a", 1)], Resolved);
    }

    [Fact]
    public void One_purchase_rewards_one_action_and_one_recommendation_each_by_what_it_names()
    {
        var (items, again) = (_run.Decide(LedgerRun.Show("sock", "boot")), _run.Decide(LedgerRun.Show("hat")));
        var offer = _run.Decide(LedgerRun.Offer("a"));
        _run.Event(new CustomerEvent { Type = EventType.Purchase, ActionId = "a", Lines = [new OrderLine { ItemId = "glove" }, new OrderLine { ItemId = "boot" }] });
        Assert.Equal(
            (RewardOutcome.AlreadyRewarded, RewardOutcome.AlreadyRewarded, RewardOutcome.Applied, RewardOutcome.Applied),
            (_run.Judge(offer), _run.Judge(items, "boot"), _run.Judge(items, "sock"), _run.Judge(again)));
    }

    [Fact]
    public void An_item_that_was_not_recommended_rewards_no_recommendation_even_where_the_event_names_it()
    {
        var items = _run.Decide(LedgerRun.Show("sock"));
        _run.Event(new CustomerEvent { Type = EventType.ProductClicked, ItemId = "boot" });
        _run.Event(new CustomerEvent { Type = EventType.ProductClicked, ItemId = "boot", DecisionId = items });
        Assert.Equal(RewardOutcome.Applied, _run.Judge(items, "sock"));
        _run.Event(new CustomerEvent { Type = EventType.ProductClicked, ItemId = "sock" });
        Assert.Equal(RewardOutcome.AlreadyRewarded, _run.Judge(items, "sock"));
    }

    [Fact]
    public void Robots_reward_nothing()
    {
        _run.Decide(LedgerRun.Offer("a"));
        _run.Run.Apply(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1 }, traffic: Traffic.Bot);
        Assert.Empty(_run.Resolved);
    }
}
