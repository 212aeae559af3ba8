using Personalization.Algorithms.State;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Decisions.Eligibility;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Decisions.Pipeline;

/// <summary>What each stage keeps and what the record says of it.</summary>
public sealed class StageTests
{
    private const long Noon = FoldRun.Noon;

    private static ulong Hash(string name) => KeyHash.Name("default", name);

    [Fact]
    public void Candidates_are_the_slots_actions_that_may_be_offered_by_themselves()
    {
        var desk = new Desk(null,
            new() { ActionId = "everywhere" }, new() { ActionId = "here", Slots = ["home"] }, new() { ActionId = "there", Slots = ["cart"] },
            new() { ActionId = "off", Enabled = false }, new() { ActionId = "never", Lever = 0 });
        Assert.Equal(["everywhere", "here"], desk.Eligible());
    }

    [Fact]
    public void A_caller_who_names_actions_chooses_among_those_whatever_their_order()
    {
        var desk = new Desk(null, Desk.Actions(12));
        Assert.Equal(["a002", "a007"], desk.Eligible(actions: ["a007", "unknown", "a002", "a002"]));
        string[] many = [.. Enumerable.Range(1, 10).Select(i => $"a{i:000}")];
        Assert.Equal(many, desk.Eligible(actions: many));
        Assert.Equivalent(desk.Decide(3, 4, actions: many), desk.Decide(3, 4, actions: [.. many.Reverse()]), strict: true);
    }

    [Fact]
    public void What_is_not_valid_not_consented_to_or_unfit_for_the_customer_drops_out()
    {
        var desk = new Desk(null,
            new() { ActionId = "fits", Purposes = ["marketing"], Eligibility = "orders >= 2 and context(\"device\") = \"phone\"" },
            new() { ActionId = "unfit", Eligibility = "orders > 2" },
            new() { ActionId = "no-consent", Purposes = ["profiling"] },
            new() { ActionId = "past", ValidTo = DateTimeOffset.FromUnixTimeMilliseconds(Shopper.At) },
            new() { ActionId = "now", ValidFrom = DateTimeOffset.FromUnixTimeMilliseconds(Shopper.At) })
        {
            Customer = Shopper.Regular(),
        };
        Assert.Equal(["fits", "now"], desk.Eligible(Shopper.At, new() { ["device"] = ContextValue.Of("phone") }));
        Assert.Equal(["now"], desk.Eligible(Shopper.At));
    }

    [Fact]
    public void Nothing_eligible_is_a_record_without_choices_candidates_or_charges()
    {
        var made = new Desk(null, new ActionDefinition { ActionId = "a", Eligibility = "orders > 0" }).Decide();
        Assert.Empty(made.Choices);
        Assert.Empty(made.ReadCandidates());
        Assert.Empty(made.Features);
        Assert.Empty(made.Caps);
        Assert.Equal((0, false, "home", "linearThompsonSampling"), (made.Eligible, made.Explored, made.Slot, made.Policy));
    }

    [Fact]
    public void What_is_spent_or_reserved_up_to_its_cap_drops_out_and_binds_only_the_action_that_says_so()
    {
        var desk = new Desk(null,
            new() { ActionId = "bound", Group = "g", Caps = [new() { Per = "group", Limit = 2, Days = 1 }] },
            new() { ActionId = "free", Group = "g" });
        Assert.Equal(["bound", "free"], desk.Eligible());
        desk.Reserved.Add(Hash("group:g"));
        Assert.Equal(["bound", "free"], desk.Eligible());
        Fold(desk, desk.Decide(actions: ["free"]), "d1");
        Assert.Equal(["free"], desk.Eligible());
        desk.Reserved.Clear();
        Assert.Equal(["bound", "free"], desk.Eligible());
        Fold(desk, desk.Decide(actions: ["free"]), "d2");
        Assert.Equal(["free"], desk.Eligible(Noon + FoldRun.Day - 1));
        Assert.Equal(["bound", "free"], desk.Eligible(Noon + FoldRun.Day));
    }

    [Fact]
    public void Without_a_log_nothing_capped_is_offered()
    {
        var desk = new Desk(null, new() { ActionId = "bound", Caps = [new() { Per = "action", Limit = 9, Days = 1 }] }, new() { ActionId = "free" });
        Assert.Equal("free", Assert.Single(desk.Decide(desk.Question() with { WithoutCapped = true }).ReadCandidates()).Id);
    }

    [Fact]
    public void A_choice_spends_each_scope_that_it_counts_in_once_and_is_kept_for_the_longest_period()
    {
        var desk = new Desk(null,
            new() { ActionId = "a", Group = "g", Channel = "c", Caps = [new() { Per = "action", Limit = 1, Days = 1 }, new() { Per = "action", Limit = 3, Days = 7 }, new() { Per = "group", Limit = 2, Days = 1 }] },
            new() { ActionId = "b", Group = "g", Channel = "c", Caps = [new() { Per = "group", Limit = 5, Days = 30 }, new() { Per = "channel", Limit = 1, Period = "1h" }] });
        Assert.Equal(
            [
                new CapCharge(Hash("action:a"), 1, FoldRun.Day, LimitOnly: true),
                new CapCharge(Hash("action:a"), 3, 7 * FoldRun.Day),
                new CapCharge(Hash("group:g"), 2, FoldRun.Day, LimitOnly: true),
                new CapCharge(Hash("group:g"), int.MaxValue, 30 * FoldRun.Day),
                new CapCharge(Hash("channel:c"), int.MaxValue, FoldRun.Hour),
            ],
            desk.Decide(actions: ["a"]).Caps);
    }

    [Fact]
    public void One_a_day_and_three_a_week_are_three_a_week()
    {
        var desk = new Desk(null, new ActionDefinition { ActionId = "a", Caps = [new() { Per = "action", Limit = 1, Days = 1 }, new() { Per = "action", Limit = 3, Days = 7 }] });
        var days = new List<int>();
        for (var day = 0; day < 9; day++)
        {
            desk.Customer.LogTime = Noon + (day * FoldRun.Day);
            var made = desk.Decide((ulong)day, at: desk.Customer.LogTime);
            if (made.Choices.Length == 0) continue;
            days.Add(day);
            Fold(desk, made, $"d{day}", desk.Customer.LogTime);
        }

        Assert.Equal([0, 1, 2, 7, 8], days);
    }

    [Fact]
    public void The_record_says_who_decided_how_and_what_it_is_worth()
    {
        var options = new SlotOptions { Policy = DecisionPolicy.Uniform, Window = TimeSpan.FromMinutes(5), DefaultReward = .5, CountsExposures = true, LearnsAtClose = true, Rewards = new() { ["purchase"] = .75 } };
        var desk = new Desk(options, new ActionDefinition { ActionId = "a", Value = 6, Lever = .5, Group = "g" });
        var question = desk.Question(7) with { Learns = false };
        var made = desk.Decide(question with { Request = question.Request with { IdempotencyKey = "k" } });
        Assert.Equal(
            ("home", "uniform", 42UL, 300_000L, .5, true, true, false, true, 1),
            (made.Slot, made.Policy, made.Seed, made.WindowMs, made.DefaultReward, made.CountsExposures, made.LearnsAtClose, made.Learns, made.Explored, made.Eligible));
        Assert.NotEqual(0UL, made.IdempotencyKey);
        Assert.Equal([new RewardRule(EventType.Purchase, .75, NeedsMatch: false)], made.Rewards);
        var choice = Assert.Single(made.Choices);
        Assert.Equal(("a", 1, 3, Hash("group:g"), 0L, 0L), (choice.Id, choice.Propensity, choice.Weight, choice.Group, choice.Tried, choice.Resolved));
        Assert.Equal(.1, choice.Score, 1e-12);
    }

    [Fact]
    public void Worth_decides_between_actions_that_bring_the_same()
    {
        var desk = new Desk(new SlotOptions { Policy = DecisionPolicy.EpsilonGreedy, Epsilon = .2 }, new() { ActionId = "a", Value = 10, Lever = .1 }, new() { ActionId = "b", Value = 2 });
        Assert.Equal([("b", .9, 2), ("a", .1, 1)], desk.Decide().ReadCandidates().Select(row => (row.Id, Math.Round(row.Propensity, 12), row.Weight)));
    }

    [Fact]
    public void A_slot_that_never_explores_says_so()
    {
        Assert.False(new Desk(new SlotOptions { Policy = DecisionPolicy.EpsilonGreedy, Epsilon = 0 }, Desk.Actions(2)).Decide().Explored);
        Assert.True(new Desk(new SlotOptions { Policy = DecisionPolicy.Uniform, Epsilon = 0 }, Desk.Actions(2)).Decide().Explored);
    }

    [Fact]
    public void What_a_customer_answered_before_moves_the_score_for_this_customer_alone()
    {
        var options = new SlotOptions { OwnDeviation = .3 };
        var (desk, other) = (new Desk(options, Desk.Actions(1)), new Desk(options, Desk.Actions(1)));
        for (var i = 0; i < 5; i++)
        {
            Fold(desk, desk.Decide((ulong)i), $"d{i}");
            desk.Customer.Apply(new RewardGiven { Decision = $"d{i}", Value = 1 });
        }

        var (mine, theirs) = (desk.Decide().Choices[0], other.Decide().Choices[0]);
        Assert.Equal(.1, theirs.Score, 1e-12);
        Assert.True(mine.Score > .6, $"five rewards out of five leave it at {mine.Score}");
        Assert.Equal(mine.Score - mine.SharedScore, mine.Factors.Single(factor => factor.Name == DecisionWords.Own).Contribution, 1e-12);
        Assert.DoesNotContain(theirs.Factors, factor => factor.Name == DecisionWords.Own);
    }

    private static void Fold(Desk desk, DecisionMade made, string id, long at = Noon) => Assert.Equal(FoldVerdict.Folded, desk.Customer.Apply(made, at, id).Verdict);

    [Fact]
    public void A_decision_whose_caller_left_one_action_to_choose_teaches_nothing()
    {
        var desk = new Desk(null, [.. Desk.Actions(2), new ActionDefinition { ActionId = "never", Eligibility = "orders > 99" }]);
        Assert.True(desk.Decide().Learns);
        Assert.True(desk.Decide(actions: ["a000", "a001"]).Learns);
        Assert.False(desk.Decide(actions: ["a000"]).Learns);
        Assert.False(desk.Decide(actions: ["a000", "a000", "unknown"]).Learns);
        Assert.False(desk.Decide(actions: ["a000", "never"]).Learns);
    }

    [Fact]
    public void An_action_that_cannot_be_scored_leaves_with_a_reason_and_the_others_are_drawn_from()
    {
        // One number of one posterior is none: whatever broke it, it is that action's alone.
        var desk = new Desk(null, Desk.Actions(3)).Taught("a000", 10, .5).Taught("a001", 10, .5);
        var bytes = desk.Model.ToBytes();
        var (first, second) = (KeyHash.Name("default", "a000"), KeyHash.Name("default", "a001"));
        var end = second > first ? bytes.Length : bytes.Length - sizeof(ulong) - ((IStateful)desk.Model.Posterior(first)).StateSize;
        BitConverter.TryWriteBytes(bytes.AsSpan(end - (desk.Model.Dimension * sizeof(double))), double.NaN);
        desk.Model = ActionModel.FromBytes(bytes);
        var made = desk.Decide();
        Assert.Equal(["a000", "a002"], made.ReadCandidates().Select(row => row.Id).Order(StringComparer.Ordinal));
        Assert.Equal(2, made.Eligible);
        Assert.Equal(new UnscoredCandidate("a001", "its model gives no finite score here"), Assert.Single(made.Unscored));
        Assert.Equal(1, made.ReadCandidates().Sum(row => row.Propensity), 1e-12);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e3)]
    [InlineData(1e8)]
    public void The_unit_of_value_changes_no_propensity_and_no_choice(double unit)
    {
        double[] values = [1, 2.5, .4, 7];
        foreach (var policy in Enum.GetValues<DecisionPolicy>())
        {
            Desk Of(double scale) => new Desk(new SlotOptions { Policy = policy }, [.. values.Select((value, i) => new ActionDefinition { ActionId = $"a{i:000}", Value = value * scale })])
                .Taught("a000", 40, .5).Taught("a001", 40, .2).Taught("a003", 40, .05);
            for (var decision = 0UL; decision < 20; decision++)
            {
                var (one, other) = (Of(1).Decide(decision, n: 2), Of(unit).Decide(decision, n: 2));
                Assert.Equal(one.Choices.Select(choice => choice.Id), other.Choices.Select(choice => choice.Id));
                foreach (var (a, b) in one.Choices.Zip(other.Choices)) Assert.Equal(a.Propensity, b.Propensity, 1e-9);
            }
        }
    }
}
