using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Grains.Customers;
using Personalization.Log;

namespace Personalization.Grains.Tests.Decisions;

/// <summary>What a decision promises its caller when calls are repeated, the log fails, tenures end and memories are lost.</summary>
public sealed class CustomerDecisionTests : IDisposable
{
    private static readonly ActionDefinition[] Actions =
    [
        new() { ActionId = "a" },
        new() { ActionId = "b" },
        new() { ActionId = "capped", Value = 1000, Caps = [new ActionCap { Per = "action", Limit = 1, Days = 7 }] },
    ];

    private readonly SynchronizationContext? _context = SynchronizationContext.Current;
    private MoodyAppender _log = null!;

    public CustomerDecisionTests() => SynchronizationContext.SetSynchronizationContext(null);

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(_context);

    [Fact]
    public void A_retry_with_the_same_key_gets_the_same_decision_at_once_after_the_commit_and_from_another_memory()
    {
        using var bench = Bench();
        var request = new DecisionRequest { Slot = "home", Actions = ["a", "b"], IdempotencyKey = "k", N = 2, Explain = true };
        var first = bench.Decide(request);
        Assert.False(first.IsRepeat);
        Same(first, bench.Decide(request));
        bench.Bench.Pass(TimeSpan.FromSeconds(2));
        Same(first, bench.Decide(request));
        bench.Bench.Customers.Kill(DecisionBench.Ann);
        Same(first, bench.Decide(request));
        bench.NextTenure();
        Same(first, bench.Decide(request));

        Assert.False(bench.Decide(request with { Slot = "cart" }).IsRepeat);
        Assert.False(bench.Decide(request with { IdempotencyKey = "other" }).IsRepeat);
        Assert.False(bench.Decide(request with { IdempotencyKey = null }).IsRepeat);
    }

    [Fact]
    public void A_retry_leaves_out_what_was_deleted_since()
    {
        using var bench = Bench();
        var request = new DecisionRequest { Slot = "home", Actions = ["a", "b"], IdempotencyKey = "k", N = 2 };
        var first = bench.Decide(request);
        bench.Delete("a");
        var again = bench.Decide(request);
        Assert.Equal((first.DecisionId, true), (again.DecisionId, again.IsRepeat));
        Assert.Equal(first.Decision!.Choices.Where(choice => choice.Id == "b").Select(choice => (choice.Id, choice.Propensity)), again.Decision!.Choices.Select(choice => (choice.Id, choice.Propensity)));
    }

    [Fact]
    public void Calls_with_one_key_at_the_same_time_get_one_decision()
    {
        using var bench = Bench();
        var asked = Enumerable.Range(0, 20).Select(_ => bench.Start(bench.Actor, new DecisionRequest { Slot = "home", IdempotencyKey = "k" })).ToList();
        var replies = asked.ConvertAll(task => bench.Bench.Thread.Result(task, TimeSpan.FromSeconds(30)));
        Assert.Single(replies.Select(reply => reply.DecisionId).Distinct());
        Assert.Single(replies, reply => !reply.IsRepeat);
        Assert.Equal(1, OpenDecisions(bench));
    }

    [Fact]
    public void While_the_log_is_down_decisions_are_answered_without_record_and_without_what_is_capped()
    {
        using var bench = Bench();
        bench.Decide(new DecisionRequest { Slot = "home" });

        // An action without a cap is answered before it is folded.
        bench.Bench.Pass(TimeSpan.FromSeconds(2));
        _log.IsDown = true;
        for (var i = 0; i < 20; i++)
        {
            var reply = bench.Decide(new DecisionRequest { Slot = "home", IdempotencyKey = "k" });
            Assert.Equal((DecisionStatus.NotDurable, null), (reply.Status, reply.DecisionId));
            Assert.NotEqual("capped", Assert.Single(reply.Decision!.Choices).Id);
        }

        Assert.Equal(0, bench.Pending(bench.Actor).Count);
        _log.IsDown = false;
        Assert.Equal(DecisionStatus.Decided, bench.Decide(new DecisionRequest { Slot = "home", IdempotencyKey = "k" }).Status);
        Assert.Equal(2, OpenDecisions(bench));
    }

    [Fact]
    public void A_log_that_refuses_after_the_draw_leaves_nothing_behind()
    {
        using var bench = Bench();
        _log.Refuses = true;
        Assert.Throws<LogUnavailableException>(() => bench.Decide(new DecisionRequest { Slot = "home", Actions = ["capped"] }));
        Assert.Equal(0, bench.Pending(bench.Actor).Count);
        _log.Refuses = false;
        Assert.Equal("capped", Assert.Single(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["capped"] }).Decision!.Choices).Id);
    }

    [Fact]
    public void A_decision_whose_outcome_is_not_known_holds_its_cap_until_it_is()
    {
        using var bench = Bench();
        bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a"] });
        bench.Bench.Pass(TimeSpan.FromSeconds(1));
        _log.KeepWaiting();
        var unknown = bench.Start(bench.Actor, new DecisionRequest { Slot = "home", Actions = ["capped"], IdempotencyKey = "k" });
        bench.Bench.Thread.Run();
        Assert.Equal(1, bench.Pending(bench.Actor).Count);
        Assert.Empty(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["capped"] }).Decision!.Choices);
        Assert.Equal(DecisionStatus.Unknown, bench.Bench.Thread.Result(unknown, TimeSpan.FromSeconds(5)).Status);

        _log.Answer();
        bench.Bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(0, bench.Pending(bench.Actor).Count);
        // It had been appended: the retry finds it, and nobody gets the action a second time.
        var retry = bench.Decide(new DecisionRequest { Slot = "home", Actions = ["capped"], IdempotencyKey = "k" });
        Assert.True(retry.IsRepeat);
        Assert.Equal("capped", Assert.Single(retry.Decision!.Choices).Id);
    }

    [Fact]
    public void A_decision_made_under_a_tenure_that_is_over_is_made_anew()
    {
        using var bench = Bench();
        bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a"] });
        bench.NextTenure();
        var reply = bench.Decide(new DecisionRequest { Slot = "home", Actions = ["capped"] });
        Assert.Equal((DecisionStatus.Decided, "capped"), (reply.Status, Assert.Single(reply.Decision!.Choices).Id));
    }

    [Fact]
    public void A_dry_run_has_no_effect()
    {
        using var bench = Bench();
        for (var i = 0; i < 3; i++)
        {
            var reply = bench.Decide(new DecisionRequest { Slot = "home", Actions = ["capped"], DryRun = true, IdempotencyKey = "k" });
            Assert.Equal((DecisionStatus.NotDurable, null), (reply.Status, reply.DecisionId));
            Assert.Equal("capped", Assert.Single(reply.Decision!.Choices).Id);
        }

        Assert.Equal(0, OpenDecisions(bench));
    }

    [Fact]
    public void Nothing_eligible_is_an_empty_answer_without_a_record()
    {
        using var bench = Bench();
        var reply = bench.Decide(new DecisionRequest { Slot = "home", Actions = ["unknown"] });
        Assert.Equal((DecisionStatus.Decided, null), (reply.Status, reply.DecisionId));
        Assert.Empty(reply.Decision!.Choices);
        Assert.Equal(0, OpenDecisions(bench));
    }

    [Fact]
    public void A_reward_counts_once_within_the_window_for_what_was_chosen_and_is_learned_once()
    {
        using var bench = Bench();
        bench.CollectOutbox();
        var reply = bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a", "b"], N = 2 });
        var id = DecisionBench.ShortId(reply);
        // At once, before the profile has folded the decision.
        Assert.Equal(RewardOutcome.Applied, bench.Reward(id, 1));
        Assert.Equal(RewardOutcome.NotChosen, bench.Reward(id, 1, "c"));
        bench.Bench.Pass(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 4; i++) Assert.Equal(RewardOutcome.AlreadyRewarded, bench.Reward(id, .5));
        Assert.Equal(RewardOutcome.Applied, bench.Reward(id, .25, reply.Decision!.Choices[1].Id));
        Assert.Equal(RewardOutcome.WindowClosed, bench.Reward("never-made", 1));
        bench.Bench.Pass(TimeSpan.FromSeconds(2));

        var rows = bench.Outbox();
        Assert.Equal(2, rows.Count(row => row.Item.Kind == LearningExample.Made));
        var resolved = rows.Where(row => row.Item.Kind == LearningExample.Resolved).Select(row => LearningExample.Read(row.Item.Bytes)).ToList();
        Assert.Equal([1, .25], resolved.Select(example => example.Reward));

        bench.Bench.Thread.Run(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        Assert.Equal(RewardOutcome.WindowClosed, bench.Reward(id, 1));
        Assert.Equal(0, OpenDecisions(bench));
        Assert.Equal(2, bench.Outbox().Count(row => row.Item.Kind == LearningExample.Resolved));
    }

    private DecisionBench Bench() => new(Actions, appender: inner => _log = new MoodyAppender(inner));

    private static int OpenDecisions(DecisionBench bench)
    {
        bench.Bench.Pass(TimeSpan.FromSeconds(2));
        return bench.Bench.Result(async () =>
        {
            await bench.Actor.Load();
            return bench.Actor.Profile.OpenDecisions;
        });
    }

    private static void Same(DecisionReply first, DecisionReply again)
    {
        Assert.True(again.IsRepeat);
        Assert.Equal((first.DecisionId, first.At), (again.DecisionId, again.At));
        Assert.Equivalent(first.Decision, again.Decision);
    }
}
