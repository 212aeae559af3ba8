using CsCheck;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>One order told more than once: by another event id, in another form, in parts, in any order, at any age.</summary>
public sealed class OrderTellingTests
{
    /// <summary>Few orders and items, so that tellings of the same lines are many; times of three months, and some of one hour.</summary>
    private static readonly Gen<CustomerEvent> AnyTelling =
        from order in Gen.Int[0, 4]
        from item in Gen.Int[0, 3]
        from cents in Gen.Int[0, 2]
        from lines in Gen.Int[0, 3]
        from kind in Gen.Int[0, 9]
        select new CustomerEvent
        {
            Type = kind == 0 ? EventType.Refund : EventType.Purchase,
            OrderId = order == 0 ? null : $"o{order}",
            ItemId = item == 0 ? null : $"i{item}",
            BaseValue = lines > 0 ? lines * (cents + 1) : cents == 0 ? null : cents + 0.50m,
            Lines = lines == 0 ? null : [.. Enumerable.Range(0, lines).Select(line => new OrderLine { ItemId = $"i{(item + line) % 3}", Value = cents + 1 })],
        };

    private static readonly Gen<List<Entry>> Tellings =
        from events in Gen.Select(AnyTelling, Gen.OneOf(Gen.Long[0, 80 * FoldRun.Day], Gen.Long[79 * FoldRun.Day, (79 * FoldRun.Day) + FoldRun.Hour])).List[1, 30]
        select events.Select((item, i) => FoldRun.Entry(i + 1, item.Item1, FoldRun.Noon + item.Item2, $"e{i}")).ToList();

    [Theory]
    [InlineData("175", "175.0000")]
    [InlineData("0.1", "0.10")]
    public void An_order_told_twice_changes_nothing(string value, string again)
    {
        var run = new FoldRun();
        Assert.Equal(FoldVerdict.Folded, Tell(run, "till", decimal.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));
        var before = run.View();
        run.Reload();
        Assert.Equal(FoldVerdict.Duplicate, Tell(run, "till", decimal.Parse(again, System.Globalization.CultureInfo.InvariantCulture), FoldRun.Noon + (3 * FoldRun.Second)));
        Assert.Equal(ViewAssert.Text(before), ViewAssert.Text(run.View() with { Applied = before.Applied }));
    }

    [Fact]
    public void The_id_of_a_second_telling_is_known_so_that_a_reader_finds_it()
    {
        var run = new FoldRun();
        Tell(run, "o", 9);
        Tell(run, "o", 9, id: "again");
        Assert.True(run.Profile.Remembers(FoldRun.Entry(1, new ClockAdvance(), 1, "again").Envelope.ShortEventIdHash));
    }

    [Fact]
    public void A_line_is_the_same_alone_and_among_others()
    {
        var run = new FoldRun();
        OrderLine[] lines = [new() { ItemId = "lamp", Quantity = 2, Value = 30 }, new() { ItemId = "bulb", Value = 4.5m }];
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 34.5m, Lines = lines });
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", ItemId = "lamp", Quantity = 2, BaseValue = 30.0m }).Verdict);
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 34.5m, Lines = [.. lines.Reverse()] }).Verdict);

        // One more line in a telling of all of them: that one is added, and it alone.
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 36.5m, Lines = [.. lines, new() { ItemId = "plug", Value = 2 }] });
        var view = run.View();
        Assert.Equal((36.5m, 1, 2), (view.Totals.Revenue, view.Totals.Orders, view.Totals.Purchases));
        Assert.Equal(["plug", "bulb", "lamp"], view.RecentItems.Select(item => item.ItemId));
    }

    [Fact]
    public void A_line_in_another_currency_is_the_same_where_its_money_is()
    {
        var run = new FoldRun();
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", Currency = "USD", Value = 10, BaseValue = 9.2m, Lines = [new() { ItemId = "a", Value = 4 }, new() { ItemId = "b", Value = 6 }] });
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", ItemId = "b", BaseValue = 5.52m }).Verdict);
        Assert.Equal(9.2m, run.View().Totals.Revenue);
    }

    [Theory]
    [InlineData("other item", "x", 1, 9d)]
    [InlineData("other quantity", "a", 2, 9d)]
    [InlineData("other money", "a", 1, 9.01)]
    [InlineData("no money", "a", 1, null)]
    public void A_different_line_of_a_known_order_adds(string what, string item, int quantity, double? value)
    {
        var run = new FoldRun();
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", ItemId = "a", Quantity = 1, BaseValue = 9 });
        Assert.Equal(FoldVerdict.Folded, run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", ItemId = item, Quantity = quantity, BaseValue = (decimal?)value }).Verdict);
        Assert.True(run.View().Totals is { Orders: 1, Purchases: 2 } totals && totals.Revenue == 9 + (decimal)(value ?? 0), what);
    }

    [Fact]
    public void Equal_lines_of_one_event_are_two_and_of_two_events_one()
    {
        var run = new FoldRun();
        OrderLine pen = new() { ItemId = "pen", Value = 3 };
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 6, Lines = [pen, pen] });
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 6, Lines = [pen, pen] }).Verdict);
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", ItemId = "pen", BaseValue = 3 }).Verdict);
        Assert.Equal(6, run.View().Totals.Revenue);
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 9, Lines = [pen, pen, pen] });
        Assert.Equal(9, run.View().Totals.Revenue);
    }

    [Fact]
    public void Money_beside_lines_that_carry_none_counts_once()
    {
        var run = new FoldRun();
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 20, Lines = [new() { ItemId = "a" }, new() { ItemId = "b" }] });
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o", BaseValue = 20, Lines = [new() { ItemId = "c" }] });
        Assert.Equal((20m, 1, 3), (run.View().Totals.Revenue, run.View().Totals.Orders, run.View().RecentItems.Count));
    }

    [Fact]
    public void The_same_order_id_further_away_than_the_order_memory_is_another_order()
    {
        var run = new FoldRun(new FoldSettings { OrderMemory = TimeSpan.FromDays(1) });
        foreach (var day in (int[])[0, 3, 6, 3, 0]) Tell(run, "17", 5, FoldRun.Noon + (day * FoldRun.Day));
        Assert.Equal((3, 15m, 3), (run.View().Totals.Orders, run.View().Totals.Revenue, run.View().Purchases.PurchaseDays));
    }

    [Fact]
    public void A_telling_that_turns_out_to_be_earlier_moves_the_orders_day()
    {
        var run = new FoldRun();
        Tell(run, "o", 9, FoldRun.Noon + (13 * FoldRun.Hour));
        Tell(run, "p", 9, FoldRun.Noon + (40 * FoldRun.Day));
        Assert.Equal(FoldVerdict.Late, Tell(run, "o", 9, FoldRun.Noon));
        var view = run.View(FoldRun.Noon + (40 * FoldRun.Day));
        Assert.Equal((2, 40d, FoldRun.Noon, 18m, 2), (view.Purchases.PurchaseDays, view.Purchases.MeanInterPurchaseDays, view.Purchases.FirstAt, view.Totals.Revenue, view.Totals.Events));
    }

    [Fact]
    public void Any_order_of_arrival_and_any_duplication_gives_the_same_days_orders_and_money() =>
        Gen.Select(Tellings, Gen.Int[0, 1_000_000], Gen.Int[0, 1000].Array[0, 10]).Sample(
            (tellings, seed, repeats) =>
            {
                var shuffled = tellings.ToArray();
                new Random(seed).Shuffle(shuffled);
                var arriving = shuffled.ToList();
                foreach (var of in repeats) arriving.Insert(of % (arriving.Count + 1), tellings[of % tellings.Count]);

                // And everything once more at the end under other ids, but for what has no order id to be known by.
                foreach (var entry in shuffled.Where(entry => entry.Payload is CustomerEvent { OrderId: not null, Type: EventType.Purchase }))
                    arriving.Add(entry with { Envelope = entry.Envelope with { EventId = entry.Envelope.EventId + "'", EventIdHash = KeyHash.Hash128(entry.Envelope.EventId + "'") } });
                Assert.Equal(Purchases(tellings), Purchases(arriving));
            },
            iter: 3000);

    /// <summary>Tellings within an hour, in any order: what is left of them is the same profile, as soon as the tail has passed them.</summary>
    [Fact]
    public void Within_the_lateness_features_do_not_depend_on_which_telling_came_first()
    {
        var gen =
            from events in Gen.Select(AnyTelling, Gen.Long[0, 50 * FoldRun.Minute], Gen.Int[0, 3]).List[1, 20]
            from seed in Gen.Int[0, 1_000_000]
            select (events, seed);
        gen.Sample(
            sample =>
            {
                var entries = sample.events.Select((item, i) => FoldRun.Entry(i + 1, item.Item1 with { Channel = $"c{item.Item3}", Category = $"k{item.Item3}" }, FoldRun.Noon + item.Item2, $"e{i}")).ToArray();
                var ordered = Features(entries);
                new Random(sample.seed).Shuffle(entries);
                Assert.Equal(ordered, Features(entries));
            },
            iter: 3000);

        static string Features(Entry[] entries)
        {
            var run = new FoldRun();
            foreach (var entry in entries) run.Fold.Apply(run.Profile, entry, run.Sink);
            run.Fold.Apply(run.Profile, FoldRun.Entry(1000, new CustomerEvent { Type = EventType.PageViewed }, FoldRun.Noon + FoldRun.Day, "end", logTime: FoldRun.Noon + FoldRun.Day), run.Sink);
            var (row, side) = FoldRun.Encode(run.Profile);
            return ViewAssert.Text(run.View(FoldRun.Noon + FoldRun.Day)) + Convert.ToHexString(row) + Convert.ToHexString(side);
        }
    }

    [Fact]
    public void Two_thousand_orders_are_known_within_64_kibibytes_however_many_lines_they_have()
    {
        foreach (var lines in (int[])[1, 2, 40])
        {
            var run = new FoldRun(new FoldSettings { OrderMemory = TimeSpan.FromDays(3650) });
            var empty = FoldRun.Encode(run.Profile).Side.Length;
            for (var i = 0; i < 6000; i++)
                run.Apply(Order(i, lines), FoldRun.Noon + (i * FoldRun.Minute * 90), flags: EntryFlags.None);
            var side = FoldRun.Encode(run.Profile).Side.Length;
            Assert.InRange(side - empty, 32 << 10, (64 << 10) + (2 * 4096));
            run.Reload();
            var revenue = run.View().Totals.Revenue;
            for (var i = 4000; i < 6000; i++) Assert.Equal(FoldVerdict.Duplicate, run.Apply(Order(i, lines), FoldRun.Noon + (i * FoldRun.Minute * 90), flags: EntryFlags.None).Verdict);
            Assert.Equal((6000, revenue), (run.View().Totals.Orders, run.View().Totals.Revenue));

            // The newest take a further line, the oldest have left.
            run.Apply(Order(5999, 1) with { Lines = [new OrderLine { ItemId = "more", Value = 1 }] }, FoldRun.Noon + (6000L * FoldRun.Minute * 90));
            Assert.Equal((6000, revenue + 1), (run.View().Totals.Orders, run.View().Totals.Revenue));
            run.Apply(Order(0, lines), FoldRun.Noon, flags: EntryFlags.None);
            Assert.Equal(6001, run.View().Totals.Orders);
        }

        static CustomerEvent Order(int i, int lines) => new()
        {
            Type = EventType.Purchase,
            OrderId = $"order-{i}",
            BaseValue = lines * 99_999.999_999_999m,
            Lines = [.. Enumerable.Range(0, lines).Select(line => new OrderLine { ItemId = $"item-{line}", Value = 99_999.999_999_999m })],
        };
    }

    [Fact]
    public void Refunds_beyond_what_their_order_paid_are_told_whichever_came_first()
    {
        var run = new FoldRun();
        void Refund(string? order, decimal value, long time = FoldRun.Noon) => run.Apply(new CustomerEvent { Type = EventType.Refund, OrderId = order, BaseValue = value }, time);
        Refund("a", 40);
        Assert.Equal(0, run.View().Refunds.BeyondPaid);
        Tell(run, "a", 120);
        Refund("a", 80);
        Refund(null, 1000);
        Refund("never seen", 1000);
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "no money" });
        Refund("no money", 1000);
        Assert.Equal((0, 0m), (run.View().Refunds.BeyondPaid, run.View().Refunds.BeyondPaidValue));
        Refund("a", 30);
        Refund("a", 0.5m);
        run.Reload();
        Assert.Equal((1, 30.5m, 2, 7), (run.View().Refunds.BeyondPaid, run.View().Refunds.BeyondPaidValue, run.View().Totals.Orders, run.View().Purchases.Refunds));

        // A further line pays for a part of it.
        Tell(run, "a", 10);
        Assert.Equal((1, 20.5m), (run.View().Refunds.BeyondPaid, run.View().Refunds.BeyondPaidValue));
    }

    private static FoldVerdict Tell(FoldRun run, string order, decimal value, long time = FoldRun.Noon, string? id = null) =>
        run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = order, ItemId = "thing", BaseValue = value, Channel = "till" }, time, id).Verdict;

    private static string Purchases(List<Entry> entries)
    {
        var run = new FoldRun();
        foreach (var entry in entries) run.Fold.Apply(run.Profile, entry, run.Sink);
        var view = run.View(FoldRun.Noon + (90 * FoldRun.Day));
        return $"{view.Purchases with { Refunds = 0 }} {view.Refunds} {view.Totals.Orders} {view.Totals.Revenue} {view.Totals.Refunded}";
    }
}
