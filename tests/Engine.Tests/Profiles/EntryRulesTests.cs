using Personalization.Engine.Json;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Verdicts: repeats, lateness, bounds, erasure, wake-ups, re-drives.</summary>
public sealed class EntryRulesTests
{
    private static readonly long SessionDue = (long)TimeSpan.FromMinutes(90).TotalMilliseconds;

    [Fact]
    public void A_repeat_counts_once_within_the_window_of_log_time_and_again_after_it()
    {
        var run = new FoldRun();
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.PageViewed, id: "x").Verdict);
        run.LogTime += 10 * FoldRun.Minute;
        Assert.Equal(FoldVerdict.Duplicate, run.Event(EventType.PageViewed, id: "x").Verdict);
        run.LogTime += 1;
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.PageViewed, id: "x").Verdict);
        Assert.Equal((2, 3), (run.View().Totals.Events, run.Profile.Applied));
    }

    [Fact]
    public void An_id_that_the_gateway_made_is_not_remembered()
    {
        var run = new FoldRun();
        run.Apply(new CustomerEvent { Type = EventType.PageViewed }, id: "x", flags: EntryFlags.None);
        Assert.Equal(FoldVerdict.Folded, run.Apply(new CustomerEvent { Type = EventType.PageViewed }, id: "x", flags: EntryFlags.None).Verdict);
        Assert.False(run.Profile.Remembers(FoldRun.Entry(1, new ClockAdvance(), 1, "x").Envelope.ShortEventIdHash));
    }

    [Fact]
    public void The_customer_is_throttled_until_enough_of_its_ids_have_left_the_window()
    {
        var settings = new FoldSettings { RecentIds = 100, ThrottleAt = 80 };
        var run = new FoldRun(settings);
        for (var i = 0; i < 79; i++)
        {
            run.Event(EventType.PageViewed);
            run.LogTime += FoldRun.Second;
        }

        Assert.Equal(0, run.Profile.ThrottledUntil(settings));
        run.Event(EventType.PageViewed);
        Assert.Equal(FoldRun.Noon + (10 * FoldRun.Minute) + 1, run.Profile.ThrottledUntil(settings));
        run.Event(EventType.PageViewed);
        run.Reload();
        Assert.Equal(FoldRun.Noon + (10 * FoldRun.Minute) + FoldRun.Second + 1, run.Profile.ThrottledUntil(settings));
        run.LogTime = run.Profile.ThrottledUntil(settings);
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.PageViewed).Verdict);
    }

    [Fact]
    public void An_id_for_which_there_is_no_room_is_rejected_and_none_inside_the_window_is_forgotten()
    {
        var run = new FoldRun(new FoldSettings { RecentIds = 1000, ThrottleAt = 800 });
        for (var i = 0; i < 1000; i++) Assert.Equal(FoldVerdict.Folded, run.Event(EventType.Purchase, value: 1, id: $"e{i}").Verdict);
        var outcome = run.Event(EventType.Purchase, value: 1, id: "one-more");
        Assert.Equal((FoldVerdict.Rejected, 1000m), (outcome.Verdict, run.View().Totals.Revenue));
        Assert.Contains("1000 event ids of this customer came within 00:10:00", outcome.Reason, StringComparison.Ordinal);
        run.Reload();
        for (var i = 0; i < 1000; i++) Assert.Equal(FoldVerdict.Duplicate, run.Event(EventType.Purchase, value: 1, id: $"e{i}").Verdict);

        // What the engine names itself, and what has no id, is taken all the same.
        Assert.Equal(FoldVerdict.Folded, run.Apply(new ConsentChange { Purpose = "marketing" }).Verdict);
        Assert.Equal(FoldVerdict.Folded, run.Apply(new CustomerEvent { Type = EventType.Purchase, BaseValue = 1 }, flags: EntryFlags.None).Verdict);
        run.LogTime += (10 * FoldRun.Minute) + 1;
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.Purchase, value: 1, id: "one-more").Verdict);
        Assert.Equal(1002m, run.View().Totals.Revenue);
    }

    [Fact]
    public void Ids_are_told_apart_however_many_come_and_go()
    {
        // Some thousand at once inside the window, which moves on, so that the table beside the ring grows and shrinks.
        var run = new FoldRun();
        var random = new Random(5);
        var seen = new Dictionary<int, long>();
        for (var i = 0; i < 60_000; i++)
        {
            run.LogTime += i is > 20_000 and < 20_400 ? FoldRun.Minute : random.Next(300);
            var id = random.Next(8000);
            var isKnown = seen.TryGetValue(id, out var at) && at >= run.LogTime - (10 * FoldRun.Minute);
            Assert.Equal(isKnown ? FoldVerdict.Duplicate : FoldVerdict.Folded, run.Apply(new CustomerEvent { Type = EventType.PageViewed }, id: $"e{id}", traffic: Traffic.Bot).Verdict);
            if (!isKnown) seen[id] = run.LogTime;
        }
    }

    [Fact]
    public void Log_times_further_apart_than_32_bits_hold_are_kept()
    {
        var run = new FoldRun(new FoldSettings { RecentIdWindow = TimeSpan.FromDays(60) });
        run.Event(EventType.PageViewed, id: "a");
        run.LogTime += 40 * FoldRun.Day;
        run.Event(EventType.PageViewed, id: "b");
        run.LogTime += 15 * FoldRun.Day;
        run.Event(EventType.PageViewed, id: "c");
        Assert.Equal(FoldVerdict.Duplicate, run.Event(EventType.PageViewed, id: "a").Verdict);
        run.LogTime += 40 * FoldRun.Day;
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.PageViewed, id: "a").Verdict);
        run.Reload();
        Assert.Equal(FoldVerdict.Duplicate, run.Event(EventType.PageViewed, id: "b").Verdict);
        Assert.Equal(FoldVerdict.Duplicate, run.Event(EventType.PageViewed, id: "c").Verdict);
    }

    [Fact]
    public void A_late_event_changes_totals_only_and_a_late_purchase_the_purchases_too()
    {
        var run = new FoldRun();
        run.Event(EventType.ProductViewed, FoldRun.Noon, item: "a");
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.ProductViewed, FoldRun.Noon - FoldRun.Hour, item: "b").Verdict);
        var before = run.View();
        Assert.Equal(FoldVerdict.Late, run.Event(EventType.ProductAdded, FoldRun.Noon - FoldRun.Hour - 1, item: "c").Verdict);
        var after = run.View();
        Assert.Equal(ViewAssert.Text(before with { Totals = after.Totals, Applied = after.Applied }), ViewAssert.Text(after));

        Assert.Equal(FoldVerdict.Late, run.Event(EventType.Purchase, FoldRun.Noon - (40 * FoldRun.Day), item: "c", value: 7).Verdict);
        after = run.View();
        Assert.Equal((4, 2, 7m, 1, 1), (after.Totals.Events, after.Totals.Late, after.Totals.Revenue, after.Totals.Orders, after.Totals.Purchases));
        Assert.Equal((1, 7m, FoldRun.Noon - (40 * FoldRun.Day)), (after.Purchases.PurchaseDays, after.Purchases.MeanOrderValue, after.Purchases.LastAt));
        Assert.Equal(ViewAssert.Text(before with { Totals = after.Totals, Applied = after.Applied, Purchases = after.Purchases }), ViewAssert.Text(after));
    }

    [Fact]
    public void A_late_line_of_a_known_order_is_no_new_order_and_a_late_order_is_remembered()
    {
        var run = new FoldRun();
        var line = 0;
        void Buy(string order, long time) => run.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = order, ItemId = $"i{line++}", BaseValue = 1 }, time);
        Buy("base", FoldRun.Noon);
        Buy("tail", FoldRun.Noon + (3 * FoldRun.Hour));
        Buy("base", FoldRun.Noon + 1);
        Buy("tail", FoldRun.Noon + 1);
        Assert.Equal(2, run.View().Totals.Orders);
        Buy("late", FoldRun.Noon + 1);
        Buy("late", FoldRun.Noon + 2);
        Assert.Equal(3, run.View().Totals.Orders);
        run.Reload();
        Buy("late", FoldRun.Noon + (4 * FoldRun.Hour));
        Assert.Equal((3, 4), (run.View().Totals.Orders, run.View().Totals.Late));
    }

    [Fact]
    public void Beyond_the_tails_bound_the_oldest_are_folded_early_and_what_precedes_them_is_late()
    {
        var run = new FoldRun(new FoldSettings { TailFacts = 10 });
        for (var i = 0; i < 20; i++) Assert.Equal(FoldVerdict.Folded, run.Event(EventType.ProductViewed, FoldRun.Noon + (i * FoldRun.Second), item: $"i{i}").Verdict);
        Assert.Equal(FoldVerdict.Late, run.Event(EventType.ProductViewed, FoldRun.Noon + (5 * FoldRun.Second), item: "late").Verdict);
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.ProductViewed, FoldRun.Noon + (15 * FoldRun.Second), item: "early").Verdict);
        Assert.Equal((22, 21), (run.View().Totals.Events, run.View().Session!.Events));
    }

    [Theory]
    [InlineData(Traffic.Bot, 1, 0)]
    [InlineData(Traffic.Test, 0, 1)]
    public void Events_of_robots_and_tests_are_counted_apart(Traffic traffic, long bot, long test)
    {
        var run = new FoldRun();
        Assert.Equal(FoldVerdict.Folded, run.Apply(new CustomerEvent { Type = EventType.Purchase, ItemId = "a", BaseValue = 9 }, traffic: traffic).Verdict);
        var view = run.View();
        Assert.Equal((0, bot, test, 0m), (view.Totals.Events, view.Totals.Bot, view.Totals.Test, view.Totals.Revenue));
        Assert.Empty(view.RecentItems);
        Assert.False(run.Profile.IsEmpty);
    }

    [Fact]
    public void What_cannot_be_folded_is_rejected_with_a_reason_and_leaves_the_profile_untouched()
    {
        var run = new FoldRun(new FoldSettings { Traits = 2, TraitBytes = 20, Purposes = 1 });
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["a"] = "1", ["b"] = "2" } });
        run.Apply(new ConsentChange { Purpose = "marketing", Granted = true });
        var before = FoldRun.Encode(run.Profile);
        Assert.Equal("event type 99 is not known to this version", Reason(run.Event((EventType)99)));
        Assert.Equal("timestamp must be between 1970 and 9999", Reason(run.Event(EventType.PageViewed, 0)));
        Assert.Equal("value must be at most 1000000000000 in the base currency", Reason(run.Event(EventType.Purchase, value: 1_000_000_000_001m)));
        Assert.Equal("a customer has at most 2 traits", Reason(run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["c"] = "1" } })));
        Assert.Equal("the traits of a customer have at most 20 bytes", Reason(run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["a"] = new('x', 18) } })));
        Assert.Equal("a consent must have a purpose", Reason(run.Apply(new ConsentChange())));
        Assert.Equal(before.Row, FoldRun.Encode(run.Profile).Row);
        Assert.Equal(before.Side, FoldRun.Encode(run.Profile).Side);
        Assert.Equal(8, run.Profile.Applied);

        static string? Reason(FoldOutcome outcome)
        {
            Assert.Equal(FoldVerdict.Rejected, outcome.Verdict);
            return outcome.Reason;
        }
    }

    [Theory]
    [InlineData("{\"street\":\"Elm \\ud83d\"}", "{\"street\":\"Elm \ufffd\"}")]
    [InlineData("[\"\\udc00\",{\"k\":\"\\ud83d\"}]", "[\"\\ufffd\",{\"k\":\"\\ufffd\"}]")]
    [InlineData("\"cut \\ud83d\"", "\"cut \\ufffd\"")]
    [InlineData("[{\"a\":1,\"a\":2}]", "[{\"a\":2}]")]
    [InlineData("1e400", "null")]
    public void Traits_that_were_accepted_before_free_json_was_checked_come_out_writable_from_log_and_row(string accepted, string healed)
    {
        var run = new FoldRun();
        Assert.Equal(FoldVerdict.Folded, run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["t"] = accepted } }).Verdict);
        Assert.Equal(healed, run.View().Traits["t"]);

        // A row of before holds it as it came: the same bytes but for what stands for the backslash.
        var before = new FoldRun();
        before.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["t"] = $"\"{accepted.Replace('\\', '^').Replace('"', '~')}\"" } }, flags: EntryFlags.None);
        var (row, side) = FoldRun.Encode(before.Profile);
        for (var i = 0; i < side.Length; i++)
        {
            if (side[i] is (byte)'^' or (byte)'~' or (byte)'"') side[i] = (byte)(side[i] switch { (byte)'^' => '\\', (byte)'~' => '"', _ => ' ' });
        }

        var read = ProfileCodec.Read(FoldRun.Key, new CustomerRecord(1, 1, row, side, false));
        var trait = run.Reader.View(read, FoldRun.Noon, run.Sink.Names, _ => null).Traits["t"];
        Assert.Equal(JsonHealing.Heal($" {accepted} "), trait);
        Assert.NotNull(System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonElement.Parse(trait)));
    }

    [Fact]
    public void Traits_and_consents_hold_what_was_last_said_in_log_order()
    {
        var run = new FoldRun();
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["plan"] = "\"gold\"", ["age"] = "41" } }, FoldRun.Noon);
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["plan"] = "\"silver\"", ["age"] = null } }, FoldRun.Noon - FoldRun.Day);
        run.Apply(new ConsentChange { Purpose = "marketing", Granted = true }, FoldRun.Noon);
        run.Apply(new ConsentChange { Purpose = "marketing", Granted = false }, FoldRun.Noon + 1);
        run.Reload();
        Assert.Equal(new Dictionary<string, string> { ["plan"] = "\"silver\"" }, run.View().Traits);
        Assert.Equal((false, FoldRun.Noon + 1), (run.View().Consents["marketing"].Granted, run.View().Consents["marketing"].At));
    }

    [Fact]
    public void An_entry_without_its_own_time_takes_the_customers_newest()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon);
        run.Apply(new ConsentChange { Purpose = "a", Granted = true }, 5, flags: EntryFlags.NoOwnTime);
        run.Apply(new ConsentChange { Purpose = "b", Granted = true }, FoldRun.Noon + 7, flags: EntryFlags.NoOwnTime);
        Assert.Equal([FoldRun.Noon, FoldRun.Noon + 7], run.View().Consents.Values.Select(consent => consent.At));
    }

    [Fact]
    public void An_erasure_leaves_a_tombstone_that_only_a_new_id_ends()
    {
        var run = new FoldRun();
        run.Event(EventType.Purchase, item: "a", value: 5, id: "x");
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["a"] = "1" } });
        var due = run.Profile.NextWakeUp!.Value;
        var before = ProfileCounters.Take(run.Profile, run.Settings);
        Assert.Equal(FoldVerdict.Folded, run.Apply(new Erasure()).Verdict);
        Assert.True(run.Profile.IsTombstone && run.Profile.IsEmpty);
        Assert.Empty(FoldRun.Encode(run.Profile).Row);
        Assert.Equal(-1, ProfileCounters.Delta(before, ProfileCounters.Take(run.Profile, run.Settings))["customers"]);
        run.Reload();
        Assert.Equal(FoldVerdict.NoEffect, run.Event(EventType.Purchase, id: "x").Verdict);
        Assert.Equal(FoldVerdict.NoEffect, run.Apply(new WakeUp { Due = due }, id: "w", flags: EntryFlags.None).Verdict);
        Assert.Equal(FoldVerdict.NoEffect, run.Apply(new Erasure()).Verdict);
        Assert.True(run.Profile.IsTombstone && run.Profile.Applied == 6);
        Assert.Equal(FoldVerdict.Folded, run.Event(EventType.PageViewed, id: "y").Verdict);
        Assert.False(run.Profile.IsTombstone);
        Assert.Equal((1, 0m, 0), (run.View().Totals.Events, run.View().Totals.Revenue, run.View().Traits.Count));
        Assert.Equal(FoldVerdict.Duplicate, run.Event(EventType.Purchase, id: "x").Verdict);
    }

    [Fact]
    public void A_dead_letter_from_before_an_erasure_does_not_come_back()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed);
        run.Apply(new Erasure());
        var letter = FoldRun.Entry(1, new CustomerEvent { Type = EventType.PageViewed }, FoldRun.Noon, "old");
        var bytes = FoldRun.Codec.Write(letter.Envelope, letter.Payload);
        Assert.Equal(FoldVerdict.NoEffect, run.Apply(new Redrive { OriginalPosition = 1, Original = bytes }, flags: EntryFlags.None).Verdict);
        Assert.True(run.Profile.IsTombstone);
    }

    [Fact]
    public void A_session_is_reported_once_by_the_wake_up_at_its_end_plus_gap_and_lateness()
    {
        var run = new FoldRun();
        run.Event(EventType.ProductViewed, FoldRun.Noon, item: "a");
        run.Apply(new CustomerEvent { Type = EventType.ProductAdded, ItemId = "b", BaseValue = 9.5m, Quantity = 2 }, FoldRun.Noon + FoldRun.Minute);
        var due = run.Profile.NextWakeUp;
        Assert.Equal(FoldRun.Noon + FoldRun.Minute + SessionDue, due);
        // One that comes too early is remembered and finds nothing to do.
        Assert.Equal(FoldVerdict.Folded, run.Apply(new WakeUp { Due = due!.Value - 1 }, flags: EntryFlags.None).Verdict);
        Assert.Equal(due.Value - 1, run.Profile.LastWokenAt);
        Assert.Equal(due, run.Profile.NextWakeUp);
        Assert.Empty(run.Sink.Items);
        run.Reload();
        Assert.Equal(FoldVerdict.Folded, run.Apply(new WakeUp { Due = due.Value }, flags: EntryFlags.None).Verdict);
        Assert.Equal(FoldVerdict.NoEffect, run.Apply(new WakeUp { Due = due.Value }, flags: EntryFlags.None).Verdict);
        Assert.Null(run.Profile.NextWakeUp);
        Assert.Equal("sessionEnded", Assert.Single(run.Sink.Items).Kind);
        var names = string.Join(",", new[] { "a", "b" }.Select(name => $"\"{KeyHash.Name("default", name):x16}\""));
        Assert.Equal(
            $$"""{"customer":"default/c1","startedAt":{{FoldRun.Noon}},"endedAt":{{FoldRun.Noon + FoldRun.Minute}},"events":2,"views":1,"cartItems":2,"cartValue":9.5,"purchases":0,"items":[{{names}}]}""",
            System.Text.Encoding.UTF8.GetString(run.Sink.Items[0].Bytes));
    }

    [Fact]
    public void A_session_that_others_follow_is_reported_when_nothing_can_change_it_any_longer()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon);
        run.Event(EventType.PageViewed, FoldRun.Noon + (40 * FoldRun.Minute));
        Assert.Empty(run.Sink.Items);
        run.Event(EventType.PageViewed, FoldRun.Noon + (100 * FoldRun.Minute));
        Assert.Empty(run.Sink.Items);
        run.Event(EventType.PageViewed, FoldRun.Noon + (100 * FoldRun.Minute) + 1);
        Assert.Equal([FoldRun.Noon], Starts(run));
        // The wake-up reports what is left: the second session inside the tail, and the newest.
        run.Apply(new WakeUp { Due = run.Profile.NextWakeUp!.Value }, flags: EntryFlags.None);
        Assert.Equal([FoldRun.Noon, FoldRun.Noon + (40 * FoldRun.Minute), FoldRun.Noon + (100 * FoldRun.Minute)], Starts(run));
        run.Event(EventType.PageViewed, FoldRun.Noon + FoldRun.Day);
        Assert.Equal(3, run.Sink.Items.Count);
    }

    [Fact]
    public void A_reported_session_that_grows_is_reported_again_with_the_same_start()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon);
        run.Apply(new WakeUp { Due = run.Profile.NextWakeUp!.Value }, flags: EntryFlags.None);
        run.Event(EventType.PageViewed, FoldRun.Noon + (10 * FoldRun.Minute));
        run.Apply(new WakeUp { Due = run.Profile.NextWakeUp!.Value }, flags: EntryFlags.None);
        Assert.Equal([FoldRun.Noon, FoldRun.Noon], Starts(run));
        Assert.Equal(2, run.Sink.Json(1).GetProperty("events").GetInt32());
    }

    [Fact]
    public void A_redrive_counts_once_and_a_redrive_of_a_redrive_is_unwrapped()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon + FoldRun.Minute);
        var letter = FoldRun.Entry(1, new CustomerEvent { Type = EventType.ProductViewed, ItemId = "a" }, FoldRun.Noon, "old");
        var original = FoldRun.Codec.Write(letter.Envelope, letter.Payload);
        var redrive = FoldRun.Entry(1, new Redrive { OriginalPosition = 77, Original = original }, FoldRun.Noon, "r");
        var nested = FoldRun.Codec.Write(redrive.Envelope, redrive.Payload);
        Assert.Equal(FoldVerdict.Folded, run.Apply(new Redrive { OriginalPosition = 90, Original = nested }, flags: EntryFlags.None).Verdict);
        run.Reload();
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(new Redrive { OriginalPosition = 90, Original = nested }, flags: EntryFlags.None).Verdict);
        Assert.Equal(FoldVerdict.Duplicate, run.Apply(letter.Payload, FoldRun.Noon, "old").Verdict);
        Assert.Equal((2, "a", FoldRun.Noon), (run.View().Totals.Events, run.View().RecentItems[0].ItemId, run.View().RecentItems[0].At));
        Assert.Equal(FoldVerdict.Rejected, run.Apply(new Redrive { OriginalPosition = 91, Original = [1, 2, 3] }, flags: EntryFlags.None).Verdict);
    }

    private static List<long> Starts(FoldRun run) => [.. Enumerable.Range(0, run.Sink.Items.Count).Select(i => run.Sink.Json(i).GetProperty("startedAt").GetInt64())];

    /// <summary>The examples of RFC 7396, appendix A, whose patch is an object: as the value of one trait.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"a":1}""")]
    [InlineData("""[1,2]""", """{"a":"b","c":null}""", """{"a":"b"}""")]
    [InlineData("null", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    [InlineData("""{"a":1.50}""", """{"b":{"ü":2e3}}""", """{"a":1.50,"b":{"ü":2e3}}""")]
    [InlineData("""{"a":1}""", "[1]", "[1]")]
    public void Objects_among_traits_are_merged_as_a_json_merge_patch_says(string before, string patch, string after)
    {
        var run = new FoldRun();
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["t"] = before == "null" ? null : before, ["other"] = "1" } });
        Assert.Equal(FoldVerdict.Folded, run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["t"] = patch } }).Verdict);
        Assert.Equal(after, run.View().Traits["t"]);
        Assert.Equal("1", run.View().Traits["other"]);
    }

    [Fact]
    public void A_trait_that_is_no_json_or_names_a_member_twice_is_rejected_and_changes_nothing()
    {
        var run = new FoldRun();
        run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["t"] = """{"a":1}""" } });
        foreach (var bad in new[] { """{"a":""", """{"a":{"b":1,"b":2}}""" })
        {
            var outcome = run.Apply(new TraitsChange { Traits = new Dictionary<string, string?> { ["u"] = "1", ["t"] = bad } });
            Assert.Equal(FoldVerdict.Rejected, outcome.Verdict);
        }

        Assert.Equal(["t"], run.View().Traits.Keys);
    }
}
