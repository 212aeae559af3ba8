using Personalization.Algorithms.Numerics;
using Personalization.Engine.Simulation;

namespace Personalization.Engine.Tests.Simulation;

public sealed class AnswerKeyTests
{
    private const int Contexts = 4000;

    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 10).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_oracle_and_uniform_choice_earn_what_the_key_promises_on_contexts_it_was_not_set_by(ulong seed)
    {
        var world = new SimulatedWorld(new SimulationOptions { Seed = seed, Shoppers = 0 });
        var figures = world.Key.Measure(FreshContexts(world));
        Assert.InRange(figures.Oracle, 0.15, 0.25);
        Assert.InRange(figures.Uniform / figures.Oracle, 0, 0.25);

        // There is something to gain from looking at the context, and not everything.
        Assert.InRange(figures.BestSingle / figures.Oracle, 0.4, 0.95);
        Assert.Equal(0.2, world.Key.Reference.Oracle, 1e-8);
        Assert.Equal(world.Key.Reference.Uniform, figures.Uniform, 0.005);
    }

    [Fact]
    public void Strangers_are_the_average_of_shoppers()
    {
        var world = new SimulatedWorld(new SimulationOptions { Seed = 3, Shoppers = 8000, BotShare = 0 });
        var context = FreshContexts(world).AsSpan(0, DecisionContext.Dimension);
        var strangers = new double[40];
        world.Key.Strangers(context, strangers);
        var (mean, one) = (new double[40], new double[40]);
        foreach (var shopper in world.Shoppers)
        {
            world.Key.Shopper(context, shopper.Taste, one);
            for (var a = 0; a < 40; a++) mean[a] += one[a] / world.Shoppers.Count;
        }

        // The standard error of a mean of 8,000 probabilities is at most .003.
        for (var a = 0; a < 40; a++) Assert.Equal(strangers[a], mean[a], 0.012);
    }

    [Fact]
    public void An_oracle_that_knows_the_shopper_earns_more_than_one_that_does_not()
    {
        var world = new SimulatedWorld(new SimulationOptions { Seed = 4, Shoppers = 500, BotShare = 0 });
        var contexts = FreshContexts(world);
        var (strangers, own) = (new double[40], new double[40]);
        double knowing = 0, notKnowing = 0;
        for (var i = 0; i < 500; i++)
        {
            var context = contexts.AsSpan(i * DecisionContext.Dimension, DecisionContext.Dimension);
            world.Key.Strangers(context, strangers);
            world.Key.Shopper(context, world.Shoppers[i].Taste, own);
            knowing += own.Max() / 500;
            notKnowing += own[Array.IndexOf(strangers, strangers.Max())] / 500;
        }

        // .2 over the reference sample of strangers; these are 500 shoppers, whose mean has a standard error of about .007.
        Assert.InRange(notKnowing, 0.13, 0.25);
        Assert.True(knowing > 1.2 * notKnowing, $"{knowing:F3} against {notKnowing:F3}");
    }

    [Fact]
    public void The_same_seed_is_the_same_world_and_another_seed_is_another()
    {
        var (one, same, other) = (World(7), World(7), World(8));
        Assert.Equal(one.Assortment.Items, same.Assortment.Items);
        Assert.Equal(one.Key.Reference, same.Key.Reference);
        Assert.NotEqual(one.Key.Reference, other.Key.Reference);
        var contexts = FreshContexts(one);
        Assert.Equal(contexts, FreshContexts(same));
        Assert.Equal(one.Key.Measure(contexts), same.Key.Measure(contexts));

        static SimulatedWorld World(ulong seed) => new(new SimulationOptions { Seed = seed, Shoppers = 10 });
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedWorld(new SimulationOptions { Items = 3 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedWorld(new SimulationOptions { Actions = 9 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedWorld(new SimulationOptions { BotShare = 2 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedWorld(new SimulationOptions { OracleReward = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedWorld(new SimulationOptions { ActionTaste = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedWorld(new SimulationOptions { Span = TimeSpan.Zero }));
    }

    private static double[] FreshContexts(SimulatedWorld world)
    {
        var random = new Xoshiro256(world.Options.Seed, 99);
        var contexts = new double[Contexts * DecisionContext.Dimension];
        for (var i = 0; i < Contexts; i++)
            DecisionContext.Draw(world.Options.Start.AddDays(365.0 * i / Contexts), ref random, contexts.AsSpan(i * DecisionContext.Dimension, DecisionContext.Dimension));
        return contexts;
    }
}
