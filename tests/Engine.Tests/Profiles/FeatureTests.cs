using NodaTime;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Each feature against its formula.</summary>
public sealed class FeatureTests
{
    [Fact]
    public void Totals_count_by_type_and_sum_money_gross_with_refunds_beside()
    {
        var run = new FoldRun();
        run.Event(EventType.ProductViewed, item: "a");
        run.Event(EventType.ProductViewed, item: "b");
        run.Event(EventType.ProductAdded, item: "a", value: 10);
        run.Event(EventType.Purchase, item: "a", value: 10.10m);
        run.Event(EventType.Purchase, item: "b", value: 20.2m);
        run.Event(EventType.Refund, value: 5m);
        run.Event(EventType.OrderCancelled);
        var totals = run.View().Totals;
        Assert.Equal((7, 2, 1, 2, 2), (totals.Events, totals.Views, totals.Carts, totals.Purchases, totals.Orders));
        Assert.Equal((30.30m, 5m), (totals.Revenue, totals.Refunded));
        Assert.Equal(new Dictionary<string, long> { ["productViewed"] = 2, ["productAdded"] = 1, ["purchase"] = 2, ["refund"] = 1, ["orderCancelled"] = 1 }, totals.ByType);
        var purchases = run.View().Purchases;
        Assert.Equal((1, 1, 15.15m), (purchases.Refunds, purchases.Cancellations, purchases.MeanOrderValue));
    }

    [Fact]
    public void Own_types_are_counted_by_name_and_beyond_the_bound_together_so_that_all_types_sum_up_to_the_events()
    {
        var run = new FoldRun(new FoldSettings { CustomTypes = 2 });
        foreach (var name in (string[])["custom:a", "custom:b", "custom:a", "custom:c"]) run.Apply(new CustomerEvent { Type = EventType.Custom, CustomType = name });
        run.Reload();
        Assert.Equal(new Dictionary<string, long> { ["custom"] = 1, ["custom:a"] = 2, ["custom:b"] = 1 }, run.View().Totals.ByType);
        Assert.Equal(run.View().Totals.Events, run.View().Totals.ByType.Values.Sum());
    }

    [Fact]
    public void Activity_is_the_sum_of_powers_of_the_age_of_what_the_customer_did()
    {
        var run = new FoldRun();
        long[] ages = [40 * FoldRun.Day, 8 * FoldRun.Day, 26 * FoldRun.Hour, 3 * FoldRun.Hour, 50 * FoldRun.Minute, 10 * FoldRun.Minute, 0];
        foreach (var age in ages) run.Event(EventType.PageViewed, FoldRun.Noon - age);
        run.Event(EventType.MessageReceived, FoldRun.Noon);
        run.Event(EventType.Exposure, FoldRun.Noon, item: "a");
        var at = FoldRun.Noon + (5 * FoldRun.Day) + 1234;
        foreach (var (name, halfLife) in new[] { ("1h", FoldRun.Hour), ("1d", FoldRun.Day), ("7d", 7 * FoldRun.Day), ("30d", 30 * FoldRun.Day) })
        {
            var expected = ages.Sum(age => Math.Pow(2, -(double)(at - FoldRun.Noon + age) / halfLife));
            Assert.InRange(run.View(at).Activity[name] / expected, 1 - 1e-9, 1 + 1e-9);
        }
    }

    [Fact]
    public void Affinities_are_weighted_by_type_and_halve_in_thirty_days()
    {
        var run = new FoldRun();
        run.Apply(new CustomerEvent { Type = EventType.ProductViewed, ItemId = "a", Category = "shoes", Brand = "acme", UnitPrice = 5, Channel = "web" }, FoldRun.Noon - (30 * FoldRun.Day));
        run.Apply(new CustomerEvent { Type = EventType.Purchase, ItemId = "b", Category = "hats", Brand = "acme", UnitPrice = 20_000, Channel = "app" }, FoldRun.Noon);
        var affinities = run.View().Affinities;
        Assert.Equal([("hats", 8), ("shoes", 0.5)], affinities["category"].Select(row => (row.Name, row.Value)));
        Assert.Equal([("acme", 8.5)], affinities["brand"].Select(row => (row.Name, row.Value)));
        Assert.Equal([("16384+", 8), ("4-8", 0.5)], affinities["priceBand"].Select(row => (row.Name, row.Value)));
        Assert.Equal([("app", 1), ("web", 0.5)], affinities["channel"].Select(row => (row.Name, row.Value)));
        Assert.Equal([("12", 1.5)], affinities["hourOfDay"].Select(row => (row.Name, row.Value)));
        Assert.Equal([("wednesday", 1), ("monday", 0.5)], affinities["dayOfWeek"].Select(row => (row.Name, row.Value)));
        Assert.Equal(8 / 8.5, affinities["category"][0].Share, 1e-12);
        Assert.Equal([("hats", 4), ("shoes", 0.25)], run.View(FoldRun.Noon + (30 * FoldRun.Day)).Affinities["category"].Select(row => (row.Name, row.Value)));
    }

    [Fact]
    public void A_new_key_in_a_full_table_takes_the_place_of_the_smallest()
    {
        var run = new FoldRun(new FoldSettings { Categories = 2 });
        foreach (var (category, type) in new[] { ("small", EventType.ProductViewed), ("large", EventType.Purchase), ("new", EventType.ProductAdded) })
            run.Apply(new CustomerEvent { Type = type, ItemId = "i", Category = category }, FoldRun.Noon);
        // Equal times: the ids' hashes order them, so only what is certain is asserted.
        Assert.Equal(2, run.View().Affinities["category"].Count);
        run = new FoldRun(new FoldSettings { Categories = 2 });
        run.Apply(new CustomerEvent { Type = EventType.ProductViewed, ItemId = "i", Category = "small" }, FoldRun.Noon);
        run.Apply(new CustomerEvent { Type = EventType.Purchase, ItemId = "i", Category = "large" }, FoldRun.Noon + 1);
        run.Apply(new CustomerEvent { Type = EventType.ProductAdded, ItemId = "i", Category = "new" }, FoldRun.Noon + 2);
        Assert.Equal(["large", "new"], run.View().Affinities["category"].Select(row => row.Name));
    }

    [Fact]
    public void A_session_goes_on_at_a_gap_of_thirty_minutes_and_ends_above_it()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon);
        run.Event(EventType.ProductViewed, FoldRun.Noon + (30 * FoldRun.Minute), item: "a");
        run.Event(EventType.Search, FoldRun.Noon + (40 * FoldRun.Minute));
        var session = run.View(FoldRun.Noon + (70 * FoldRun.Minute)).Session!;
        Assert.Equal((FoldRun.Noon, FoldRun.Noon + (40 * FoldRun.Minute), true, 2400, 3, 2, 1, 1),
            (session.StartedAt, session.LastAt, session.Active, session.LengthSeconds, session.Events, session.Depth, session.Views, session.Ordinal));
        Assert.False(run.View(FoldRun.Noon + (70 * FoldRun.Minute) + 1).Session!.Active);
        run.Event(EventType.PageViewed, FoldRun.Noon + (70 * FoldRun.Minute) + 1);
        session = run.View().Session!;
        Assert.Equal((2, 1, 0d), (session.Ordinal, session.Events, session.LengthSeconds));
    }

    [Fact]
    public void An_event_in_between_merges_two_sessions()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon);
        run.Event(EventType.PageViewed, FoldRun.Noon + (50 * FoldRun.Minute));
        Assert.Equal(2, run.View().Session!.Ordinal);
        run.Event(EventType.PageViewed, FoldRun.Noon + (25 * FoldRun.Minute));
        var session = run.View().Session!;
        Assert.Equal((1, 3, FoldRun.Noon), (session.Ordinal, session.Events, session.StartedAt));
    }

    [Fact]
    public void What_is_done_to_the_customer_makes_no_session_and_no_recent_item()
    {
        var run = new FoldRun();
        foreach (var type in (EventType[])[EventType.Exposure, EventType.MessageReceived, EventType.Refund, EventType.OrderCancelled]) run.Event(type, item: "a");
        var view = run.View();
        Assert.Null(view.Session);
        Assert.Empty(view.RecentItems);
        Assert.Null(run.Profile.NextWakeUp);
        Assert.Equal(FoldRun.Noon, view.LastSeenAt);
    }

    [Fact]
    public void The_cart_is_what_was_added_less_what_was_removed_and_a_purchase_empties_it()
    {
        var run = new FoldRun();
        void Cart(EventType type, int minute, int quantity, decimal value) =>
            run.Apply(new CustomerEvent { Type = type, ItemId = "a", Quantity = quantity, BaseValue = value }, FoldRun.Noon + (minute * FoldRun.Minute));
        Cart(EventType.ProductAdded, 0, 3, 30);
        Cart(EventType.ProductRemoved, 1, 1, 10);
        Assert.Equal((2, 20m), (run.View().Session!.CartItems, run.View().Session!.CartValue));
        Cart(EventType.ProductRemoved, 2, 5, 50);
        Assert.Equal((0, 0m), (run.View().Session!.CartItems, run.View().Session!.CartValue));
        Cart(EventType.ProductAdded, 3, 1, 10);
        Cart(EventType.Purchase, 4, 1, 10);
        Assert.Equal((0, 0m, 1), (run.View().Session!.CartItems, run.View().Session!.CartValue, run.View().Session!.Purchases));
    }

    [Fact]
    public void The_last_fifty_items_are_in_event_time_order_newest_first_with_positions()
    {
        var run = new FoldRun();
        for (var i = 0; i < 60; i++) run.Event(EventType.ProductViewed, FoldRun.Noon + (((i * 7) % 60) * FoldRun.Minute / 2), item: $"i{(i * 7) % 60}");
        var items = run.View().RecentItems;
        Assert.Equal(Enumerable.Range(10, 50).Reverse().Select(i => $"i{i}"), items.Select(item => item.ItemId));
        // i59 was the entry with i · 7 ≡ 59 (mod 60), i = 17, so its position is 18.
        Assert.Equal((18, "productViewed", FoldRun.Noon + (59 * FoldRun.Minute / 2)), (items[0].Position, items[0].Type, items[0].At));
    }

    [Fact]
    public void Lines_win_over_the_item_and_are_one_event_and_one_order()
    {
        var run = new FoldRun();
        run.Apply(new CustomerEvent
        {
            Type = EventType.Purchase,
            ItemId = "ignored",
            Category = "ignored",
            BaseValue = 60,
            OrderId = "o1",
            Lines = [new OrderLine { ItemId = "a", Category = "shoes", Quantity = 2, UnitPrice = 10 }, new OrderLine { ItemId = "b", Category = "hats", UnitPrice = 40 }],
        });
        var view = run.View();
        Assert.Equal((1, 1, 60m), (view.Totals.Purchases, view.Totals.Orders, view.Totals.Revenue));
        Assert.Equal(["b", "a"], view.RecentItems.Select(item => item.ItemId));
        Assert.Equal(["hats", "shoes"], view.Affinities["category"].Select(row => row.Name));
        Assert.Equal(["32-64", "8-16"], view.Affinities["priceBand"].Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.Equal(1, view.Session!.Events);
    }

    [Fact]
    public void An_order_counts_once_within_the_order_memory_and_without_an_id_each_purchase_is_one()
    {
        var run = new FoldRun(new FoldSettings { OrderMemory = TimeSpan.FromDays(30) });
        var line = 0;
        void Buy(string? order, long time) => run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = order, ItemId = $"i{line++}", BaseValue = 1 }, time);
        Buy("o1", FoldRun.Noon);
        Buy("o1", FoldRun.Noon + 1);
        Buy(null, FoldRun.Noon + 2);
        Buy(null, FoldRun.Noon + 3);
        Assert.Equal(3, run.View().Totals.Orders);
        run.Reload();
        Buy("o1", FoldRun.Noon + (29 * FoldRun.Day));
        Assert.Equal(3, run.View().Totals.Orders);
        Buy("o1", FoldRun.Noon + (31 * FoldRun.Day));
        Assert.Equal((4, 6), (run.View().Totals.Orders, run.View().Totals.Purchases));
    }

    [Fact]
    public void Purchase_days_are_of_the_tenants_zone_and_their_gaps_have_mean_and_deviation()
    {
        var run = new FoldRun(new FoldSettings { Zone = DateTimeZoneProviders.Tzdb["America/New_York"] });
        // 04:30 UTC is still the evening before in New York (UTC−5).
        var evening = FoldRun.Noon - (7 * FoldRun.Hour) - (30 * FoldRun.Minute);
        foreach (var time in (long[])[evening, evening + FoldRun.Hour, evening + (7 * FoldRun.Day), evening + (10 * FoldRun.Day)])
            run.Event(EventType.Purchase, time, value: 1);
        var view = run.View(evening + (24 * FoldRun.Day)).Purchases;
        // Days 0, 1, 7, 10: gaps 1, 6, 3.
        Assert.Equal((4, 3, 10 / 7d, 24 / 7d), (view.PurchaseDays, view.Frequency, view.RecencyWeeks, view.AgeWeeks));
        Assert.Equal(10 / 3d, view.MeanInterPurchaseDays!.Value, 1e-12);
        Assert.Equal(Math.Sqrt(19 / 3d), view.StdDevInterPurchaseDays!.Value, 1e-12);
        Assert.Equal((evening, evening + (10 * FoldRun.Day), 14d), (view.FirstAt!.Value, view.LastAt!.Value, view.DaysSinceLast!.Value));
        Assert.Equal("23", run.View().Affinities["hourOfDay"][0].Name);
    }

    [Fact]
    public void Messages_are_counted_and_the_newest_subscription_by_event_time_holds()
    {
        var run = new FoldRun();
        run.Event(EventType.MessageReceived);
        run.Event(EventType.MessageReceived);
        run.Event(EventType.MessageOpened, FoldRun.Noon + 5);
        run.Event(EventType.Unsubscribed, FoldRun.Noon + 9);
        run.Event(EventType.Subscribed, FoldRun.Noon + 7);
        var messages = run.View().Messages;
        Assert.Equal((2, 1, 0.5, FoldRun.Noon + 5, false), (messages.Received, messages.Opened, messages.OpenRate!.Value, messages.LastOpenedAt!.Value, messages.Subscribed!.Value));
    }

    [Fact]
    public void Nothing_known_gives_an_empty_view()
    {
        var view = new FoldRun().View();
        Assert.Equal((0, 0L, "c1"), (view.Totals.Events, view.Applied, view.CustomerId));
        Assert.Null(view.Session);
        Assert.Null(view.FirstSeenAt);
        Assert.All(view.Activity.Values, value => Assert.Equal(0, value));
    }
}
