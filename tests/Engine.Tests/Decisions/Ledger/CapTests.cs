using Personalization.Decisions;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Tests.Decisions.Ledger;

public sealed class CapTests
{
    private const long Noon = FoldRun.Noon;
    private const long Day = FoldRun.Day;

    private readonly LedgerRun _run = new();

    private static DecisionMade With(params CapCharge[] caps) => LedgerRun.Offer("a") with { Caps = caps };

    [Fact]
    public void What_is_over_a_cap_is_refused_and_changes_nothing()
    {
        var once = With(LedgerRun.Cap("action:a", 1));
        Assert.True(_run.IsTaken(once));
        var before = FoldRun.Encode(_run.Profile).Side;
        Assert.False(_run.IsTaken(once, Noon + 1));
        Assert.Equal(before, FoldRun.Encode(_run.Profile).Side);
        Assert.Single(_run.Made);
    }

    [Fact]
    public void A_period_slides_and_holds_what_is_younger_than_itself()
    {
        var twice = With(LedgerRun.Cap("action:a", 2));
        Assert.Equal([true, true, false], new[] { Noon, Noon + (Day / 2), Noon + Day - 1 }.Select(at => _run.IsTaken(twice, at)));
        Assert.Equal([true, false, true, false], new[] { Noon + Day, Noon + Day, Noon + (3 * Day / 2), Noon + (3 * Day / 2) }.Select(at => _run.IsTaken(twice, at)));
    }

    [Fact]
    public void Caps_are_looked_at_in_the_order_of_the_places_so_one_record_cannot_spend_more_than_is_left()
    {
        var pair = With(LedgerRun.Cap("group:g", 3), LedgerRun.Cap("group:g", 3));
        Assert.True(_run.IsTaken(pair));
        Assert.False(_run.IsTaken(pair), "one is left, and the record takes two");
        Assert.True(_run.IsTaken(With(LedgerRun.Cap("group:g", 3))));
        Assert.False(_run.IsTaken(With(LedgerRun.Cap("group:g", 3))));
    }

    [Fact]
    public void An_action_without_a_cap_of_its_own_counts_for_those_that_have_one_and_is_never_refused()
    {
        var free = With(LedgerRun.Cap("group:g", int.MaxValue));
        var bound = With(LedgerRun.Cap("group:g", 2));
        Assert.Equal([true, true, false, true], new[] { free, bound, bound, free }.Select(made => _run.IsTaken(made)));
    }

    [Fact]
    public void Two_limits_on_one_scope_spend_it_once()
    {
        // One a day and three a week.
        var made = With(LedgerRun.Cap("action:a", 1) with { LimitOnly = true }, LedgerRun.Cap("action:a", 3, 7 * Day));
        Assert.Equal(
            [true, false, true, true, false, true],
            new[] { 0, .5, 1, 2, 3, 7 }.Select(day => _run.IsTaken(made, Noon + (long)(day * Day))));
    }

    [Fact]
    public void What_is_spent_is_kept_for_the_longest_period_that_counts_it()
    {
        var brief = With(LedgerRun.Cap("group:g", 1, FoldRun.Hour) with { LimitOnly = true }, LedgerRun.Cap("group:g", int.MaxValue, 30 * Day));
        _run.Run.LogTime = Noon + (29 * Day);
        Assert.True(_run.IsTaken(brief));
        Assert.True(_run.IsTaken(brief, Noon + (10 * Day)));
        Assert.False(_run.IsTaken(With(LedgerRun.Cap("group:g", 2, 30 * Day)), Noon + (29 * Day)));
    }

    [Fact]
    public void Where_exposures_count_what_was_never_shown_is_given_back_when_the_window_ends()
    {
        var made = With(LedgerRun.Cap("action:a", 1)) with { CountsExposures = true, Learns = false };
        Assert.True(_run.IsTaken(made));
        Assert.False(_run.IsTaken(made));
        _run.WakeUntil(Noon + LedgerRun.Window);
        Assert.True(_run.IsTaken(made, Noon + LedgerRun.Window + 1));
    }

    public static TheoryData<string, CustomerEvent> Shown => new()
    {
        { "names the action", new CustomerEvent { Type = EventType.Exposure, ActionId = "a" } },
        { "names the decision", new CustomerEvent { Type = EventType.Exposure, DecisionId = "d1" } },
        { "rewards", new CustomerEvent { Type = EventType.ProductClicked, ActionId = "a" } },
    };

    [Theory]
    [MemberData(nameof(Shown))]
    public void What_was_shown_or_answered_stays_spent(string how, CustomerEvent shown)
    {
        var made = With(LedgerRun.Cap("action:a", 1)) with { CountsExposures = true };
        Assert.True(_run.IsTaken(made));
        _run.Event(shown);
        _run.WakeUntil(Noon + LedgerRun.Window);
        Assert.False(_run.IsTaken(made, Noon + LedgerRun.Window + 1), how);
    }

    [Fact]
    public void An_exposure_of_another_action_or_after_the_window_keeps_nothing()
    {
        var made = With(LedgerRun.Cap("action:a", 1)) with { CountsExposures = true };
        Assert.True(_run.IsTaken(made));
        _run.Event(new CustomerEvent { Type = EventType.Exposure, ActionId = "b" });
        _run.Event(new CustomerEvent { Type = EventType.Exposure, ActionId = "a" }, Noon + LedgerRun.Window + 1);
        _run.WakeUntil(Noon + LedgerRun.Window);
        Assert.True(_run.IsTaken(made, Noon + LedgerRun.Window + 2));
    }

    [Fact]
    public void What_must_close_before_its_window_ends_may_still_be_shown_and_stays_spent()
    {
        var made = With(LedgerRun.Cap("action:a", 1)) with { CountsExposures = true };
        Assert.True(_run.IsTaken(made));
        for (var i = 0; i < 64; i++) _run.Decide(LedgerRun.Offer("b"));
        Assert.Equal(RewardOutcome.WindowClosed, _run.Judge("d1"));
        _run.WakeUntil(Noon + LedgerRun.Window);
        Assert.False(_run.IsTaken(made, Noon + LedgerRun.Window + 1));
    }

    [Fact]
    public void A_decision_as_of_the_future_forgets_nothing_of_the_present()
    {
        var twice = With(LedgerRun.Cap("action:a", 2));
        Assert.True(_run.IsTaken(twice));
        Assert.True(_run.IsTaken(twice));
        Assert.True(_run.IsTaken(twice, Noon + (400 * Day)));
        Assert.False(_run.IsTaken(twice, Noon + 1));
    }

    [Fact]
    public void A_host_whose_clock_is_behind_still_counts_the_full_period()
    {
        var twice = With(LedgerRun.Cap("action:a", 2));
        Assert.True(_run.IsTaken(twice, Noon));
        Assert.True(_run.IsTaken(twice, Noon));
        _run.Run.LogTime = Noon + Day + 30_000;
        Assert.True(_run.IsTaken(twice, Noon + Day + 30_000));
        Assert.False(_run.IsTaken(twice, Noon + Day - 1));
    }

    [Fact]
    public void A_customer_who_is_decided_for_without_end_keeps_a_bounded_ledger()
    {
        var free = LedgerRun.Offer("a") with { Caps = [LedgerRun.Cap("channel:c", int.MaxValue, 366 * Day)], Learns = false };
        for (var i = 0; i < 2_000; i++)
        {
            _run.Run.LogTime = Noon + (i * FoldRun.Minute);
            _run.Decide(free, _run.Run.LogTime);
        }

        Assert.InRange(FoldRun.Encode(_run.Profile).Side.Length, 1, 10_000);
        Assert.False(_run.IsTaken(With(LedgerRun.Cap("channel:c", 100, 366 * Day)), Noon + (2_000 * FoldRun.Minute)));
    }
}
