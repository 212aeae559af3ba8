using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Grains.Customers;
using Personalization.Grains.Tests.Partitions;

namespace Personalization.Grains.Tests.Decisions;

/// <summary>A cap is never exceeded, whoever decides at the same time and wherever the customer is in memory.</summary>
public sealed class CapTests : IDisposable
{
    private readonly SynchronizationContext? _context = SynchronizationContext.Current;

    public CapTests() => SynchronizationContext.SetSynchronizationContext(null);

    public void Dispose() => SynchronizationContext.SetSynchronizationContext(_context);

    private static readonly ActionDefinition[] Actions =
    [
        new() { ActionId = "once", Value = 1000, Caps = [new ActionCap { Per = "action", Limit = 1, Days = 7 }] },
        new() { ActionId = "always" },
    ];

    [Fact]
    public void Sixty_four_decisions_at_once_spend_a_cap_of_one_once()
    {
        using var bench = new DecisionBench(Actions);
        var asked = Enumerable.Range(0, 64).Select(_ => bench.Start(bench.Actor, new DecisionRequest { Slot = "home" })).ToList();
        var replies = asked.ConvertAll(task => bench.Bench.Thread.Result(task, TimeSpan.FromSeconds(30)));
        Assert.All(replies, reply => Assert.Equal(DecisionStatus.Decided, reply.Status));
        Assert.Equal(1, Answered(replies, "once"));
        Assert.Equal(63, Answered(replies, "always"));
        bench.Bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(0, bench.Pending(bench.Actor).Count);
    }

    /// <summary>Each of the two is given some of the customer's entries and hears nothing of others; commits come between.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Two_activations_of_one_customer_do_not_spend_a_cap_twice(int seed)
    {
        var random = new Random(seed);
        using var bench = new DecisionBench(Actions, owner => owner.Options.Owner.CommitInterval = TimeSpan.FromMilliseconds(300));
        bench.Bench.View("ann");
        bench.Bench.Pass(TimeSpan.FromSeconds(1));
        var (first, second) = bench.Bench.Customers.Fork(DecisionBench.Ann);
        CustomerActor[] both = [first, second];
        var asked = new List<Task<DecisionReply>>();
        for (var i = 0; i < 64; i++)
        {
            asked.Add(bench.Start(both[random.Next(2)], new DecisionRequest { Slot = "home" }));
            if (random.Next(4) == 0) bench.Bench.View("ann");
            if (random.Next(3) == 0) bench.Bench.Thread.Run();
            if (random.Next(8) == 0) bench.Bench.Pass(TimeSpan.FromMilliseconds(random.Next(1500)));
        }

        var replies = asked.ConvertAll(task => bench.Bench.Thread.Result(task, TimeSpan.FromSeconds(30)));
        Assert.Equal(1, Answered(replies, "once"));
        Assert.DoesNotContain(replies, reply => reply.Status == DecisionStatus.Decided && reply.DecisionId is null);
    }

    [Fact]
    public void An_activation_that_slept_through_what_another_one_saved_does_not_spend_the_cap_again()
    {
        using var bench = new DecisionBench(Actions, owner => owner.Options.Owner.ReloadAfter = TimeSpan.FromHours(1));
        var (first, second) = bench.Bench.Customers.Fork(DecisionBench.Ann);
        // Both are warm and believe themselves caught up.
        Assert.Equal("always", Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["always"] }, first)));
        Assert.Equal("always", Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["always"] }, second)));
        bench.Bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal("once", Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["once"] }, first)));
        bench.Bench.Pass(TimeSpan.FromSeconds(3));
        Assert.Null(Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["once"] }, second)));
        Assert.Null(Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["once"] }, first)));
    }

    [Fact]
    public void A_group_cap_counts_decisions_for_other_actions_of_the_group()
    {
        using var bench = new DecisionBench(
        [
            new ActionDefinition { ActionId = "a", Group = "discounts", Value = 100, Caps = [new ActionCap { Per = "group", Limit = 2, Days = 1 }] },
            new ActionDefinition { ActionId = "b", Group = "discounts" },
        ]);
        Assert.Equal("b", Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["b"] })));
        Assert.Equal("a", Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a"] })));
        Assert.Null(Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a"] })));
        bench.Bench.Pass(TimeSpan.FromSeconds(2));
        Assert.Null(Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a"] })));
        bench.Bench.Thread.Run(TimeSpan.FromDays(1), TimeSpan.FromHours(1));
        Assert.Equal("a", Chosen(bench.Decide(new DecisionRequest { Slot = "home", Actions = ["a"] })));
    }

    private static string? Chosen(DecisionReply reply) => reply.Decision is { Choices: [var first, ..] } && reply.Status == DecisionStatus.Decided ? first.Id : null;

    private static int Answered(IEnumerable<DecisionReply> replies, string action) => replies.Count(reply => Chosen(reply) == action);
}
