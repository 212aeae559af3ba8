using Personalization.Algorithms.Evaluation;
using Personalization.Engine.Simulation;
using Personalization.Events;

namespace Personalization.Engine.Tests.Simulation;

public sealed class ShopperBehaviourTests
{
    private static readonly SimulatedWorld World = new(new SimulationOptions { Seed = 5, Shoppers = 1000 });
    private static readonly DateTimeOffset End = World.Options.Start.AddDays(365);
    private static readonly ShopperBehaviour Behaviour = new(World);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(30);

    [Fact]
    public void The_store_has_its_items_and_actions_under_distinct_names()
    {
        Assert.Equal(500, World.Assortment.Items.Select(item => item.Id).Distinct().Count());
        Assert.Equal(40, World.Assortment.Actions.Select(action => action.Id).Distinct().Count());
        Assert.Equal(40, World.Assortment.Actions.Select(action => action.Title).Distinct().Count());
        Assert.Equal(10, World.Assortment.Actions.Select(action => action.Group).Distinct().Count());
        Assert.All(World.Assortment.Items, item => Assert.True(item.Price >= 1));
    }

    [Fact]
    public void History_is_in_order_under_distinct_ids_and_the_same_every_time()
    {
        var history = Behaviour.History(World.Options.Start.AddDays(60), Pace);
        var again = new ShopperBehaviour(new SimulatedWorld(World.Options)).History(World.Options.Start.AddDays(60), Pace);
        Assert.True(history.Count > 1000);
        Assert.Equal(history.Select(e => (e.EventId, e.CustomerId, e.At, e.Event.Type, e.Event.ItemId)), again.Select(e => (e.EventId, e.CustomerId, e.At, e.Event.Type, e.Event.ItemId)));
        Assert.Equal(history.Count, history.Select(e => e.EventId).Distinct().Count());
        for (var i = 1; i < history.Count; i++) Assert.True(history[i - 1].At <= history[i].At);
    }

    [Fact]
    public void Lifetimes_end_and_buyers_leave_with_their_probability()
    {
        // P(leave at once) of a shopper is its p: over all, the mean of Beta(.9, 3) = .2308.
        var humans = World.Shoppers.Where(shopper => !shopper.IsBot).ToList();
        var atOnce = new RunningMean();
        var rate = new RunningMean();
        foreach (var shopper in humans)
        {
            var life = Behaviour.Live(shopper, End.AddYears(50));
            atOnce.Add(life.LeftAt == shopper.JoinsAt ? 1 : 0);
            rate.Add(shopper.PurchasesPerWeek);
            Assert.True(life.LeftAt is null || life.Visits[^1].At <= life.LeftAt);
            Assert.Equal(shopper.JoinsAt, life.Visits[0].At);
        }

        Assert.InRange(atOnce.Mean, 0.2308 - 4 * atOnce.StandardError, 0.2308 + 4 * atOnce.StandardError);
        Assert.InRange(rate.Mean, 0.48 - 4 * rate.StandardError, 0.48 + 4 * rate.StandardError);
    }

    [Fact]
    public void The_end_of_a_history_does_not_change_what_went_before()
    {
        var shopper = World.Shoppers.First(shopper => Behaviour.Live(shopper, End).Visits.Count > 20);
        var half = shopper.JoinsAt.AddDays(30);
        var bought = Behaviour.Live(shopper, End).Visits.Where(visit => visit.Buys && visit.At < half);
        Assert.Equal(bought, Behaviour.Live(shopper, half).Visits.Where(visit => visit.Buys));
    }

    [Fact]
    public void Shoppers_view_what_they_like_in_its_season()
    {
        var history = Behaviour.History(End, Pace);
        var shoppers = World.Shoppers.ToDictionary(shopper => shopper.Id);
        var humans = history.Where(e => e.Event.Type == EventType.ProductViewed && !shoppers[e.CustomerId].IsBot).ToList();

        // The views of a category in its season (jackets in November) against half a year from it.
        var jackets = World.Assortment.Items.Where(item => item.CategoryIndex == 2).Select(item => item.Id).ToHashSet();
        double Share(int month) => humans.Where(e => e.At.Month == month).Average(e => jackets.Contains(e.Event.ItemId!) ? 1.0 : 0);
        Assert.True(Share(11) > 1.8 * Share(5), $"{Share(11):F3} against {Share(5):F3}");

        // Of shoppers that view a category more than others do, the taste is above the mean.
        var liking = new RunningMean();
        foreach (var views in humans.GroupBy(e => e.CustomerId).Where(views => views.Count() > 30))
        {
            var favourite = views.GroupBy(e => e.Event.Category).MaxBy(of => of.Count())!.Key;
            liking.Add(shoppers[views.Key].Taste.Category(World.Assortment.Actions.First(action => action.Group == favourite).CategoryIndex));
        }

        Assert.True(liking.Mean > 0.5, $"{liking.Mean:F3}");
    }

    [Fact]
    public void Bots_view_by_the_hundred_and_never_buy()
    {
        var bots = World.Shoppers.Where(shopper => shopper.IsBot).ToList();
        Assert.InRange(bots.Count, 8, 35);
        foreach (var bot in bots)
        {
            var visits = Behaviour.Live(bot, bot.JoinsAt.AddDays(30)).Visits;
            Assert.True(visits.Count >= 1);
            var events = Behaviour.Events(bot, visits[0], Behaviour.VisitRandom(bot, 0), Pace).ToList();
            Assert.Equal(200, events.Count);
            Assert.All(events, e => Assert.Equal(EventType.ProductViewed, e.Event.Type));
            Assert.Equal(199, (events[^1].At - events[0].At).TotalSeconds);
        }
    }

    [Fact]
    public void A_visit_that_buys_ends_with_an_order_of_what_was_put_in_the_cart()
    {
        var checkedOrders = 0;
        foreach (var shopper in World.Shoppers.Where(shopper => !shopper.IsBot).Take(50))
        {
            var events = Behaviour.Events(shopper, new Visit(End, true), Behaviour.VisitRandom(shopper, 1), Pace).ToList();
            var added = events.Where(e => e.Event.Type == EventType.ProductAdded).Select(e => e.Event.ItemId).ToList();
            var order = events[^1].Event;
            Assert.Equal(EventType.Purchase, order.Type);
            Assert.NotNull(order.OrderId);
            Assert.NotEmpty(order.Lines!);
            if (added.Count == 0) continue;
            Assert.Equal(added, order.Lines!.Select(line => (string?)line.ItemId));
            checkedOrders++;
        }

        Assert.True(checkedOrders > 20);
    }
}
