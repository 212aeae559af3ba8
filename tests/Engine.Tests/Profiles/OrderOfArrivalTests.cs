using CsCheck;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>The promise of base and tail: within the lateness and the window, no order of arrival and no repeat changes a bit.</summary>
public sealed class OrderOfArrivalTests
{
    private const int Minutes = 55;

    // Events over some hours with small tables, so that evictions, sessions and days are many.
    private static readonly FoldSettings Small = new() { Categories = 3, Brands = 3, Channels = 2, RecentItems = 7 };

    private static readonly Gen<CustomerEvent> AnyEvent =
        from type in Gen.Int[0, EventTypes.Count - 1]
        from item in Gen.Int[0, 12]
        from category in Gen.Int[0, 6]
        from brand in Gen.Int[0, 6]
        from channel in Gen.Int[0, 4]
        from cents in Gen.Int[0, 100_000]
        from order in Gen.Int[0, 6]
        from lines in Gen.Int[0, 3]
        select new CustomerEvent
        {
            Type = (EventType)type,
            ItemId = item == 0 ? null : $"i{item}",
            Category = category == 0 ? null : $"c{category}",
            Brand = brand == 0 ? null : $"b{brand}",
            Channel = channel == 0 ? null : $"ch{channel}",
            BaseValue = cents == 0 ? null : cents / 100m,
            Quantity = 1 + (cents % 3),
            OrderId = order == 0 ? null : $"o{order}",
            Lines = lines == 0 || type != (int)EventType.Purchase
                ? null
                : [.. Enumerable.Range(0, lines).Select(line => new OrderLine { ItemId = $"i{item + line}", Category = $"c{line}", UnitPrice = cents / 100m, Value = cents / 100m })],
        };

    /// <summary>A list of events in order with steps of up to 40 minutes, ids given.</summary>
    private static readonly Gen<List<Entry>> History =
        from events in Gen.Select(AnyEvent, Gen.Int[0, 40], Gen.Int[0, 59_999]).List[1, 60]
        select Build(events);

    /// <summary>The history, an arrival order in which nothing is later than 55 minutes, and repeats of what came before.</summary>
    private static readonly Gen<(List<Entry> InOrder, List<Entry> Arriving)> Arrivals =
        from history in History
        from delays in Gen.Long[0, Minutes * FoldRun.Minute].Array[history.Count]
        from repeats in Gen.Select(Gen.Int[0, 1000], Gen.Int[0, 1000]).Array[0, 30]
        select (history, Arrive(history, delays, repeats));

    [Fact]
    public void Any_order_within_the_lateness_with_any_repeats_gives_the_same_view_and_the_same_bytes() =>
        Arrivals.Sample(
            arrival =>
            {
                var (ordered, row, tail) = Fold(arrival.InOrder);
                var (arrived, otherRow, otherTail) = Fold(arrival.Arriving);
                Assert.Equal(ordered, arrived);
                Assert.Equal(row, otherRow);
                Assert.Equal(tail, otherTail);
            },
            iter: 2000);

    [Fact]
    public void With_positions_as_the_log_gives_them_on_arrival_the_view_is_the_same_but_for_its_evidence() =>
        Arrivals.Sample(
            arrival => Assert.Equal(View(arrival.InOrder), View(arrival.Arriving)),
            iter: 1000);

    [Fact]
    public void Saving_and_loading_after_every_entry_changes_nothing() =>
        Arrivals.Sample(
            arrival =>
            {
                var straight = new FoldRun(Small);
                var reloaded = new FoldRun(Small);
                var profile = reloaded.Profile;
                foreach (var entry in arrival.Arriving)
                {
                    var left = straight.Fold.Apply(straight.Profile, entry, straight.Sink);
                    profile = FoldRun.Decode(profile);
                    var right = reloaded.Fold.Apply(profile, entry, reloaded.Sink);
                    Assert.Equal(left, right);
                }

                var (row, side) = FoldRun.Encode(straight.Profile);
                var (otherRow, otherSide) = FoldRun.Encode(profile);
                Assert.Equal(row, otherRow);
                Assert.Equal(side, otherSide);
                Assert.Equal(straight.Sink.Items.Select(item => item.Bytes), reloaded.Sink.Items.Select(item => item.Bytes));
                Assert.Equal(straight.Profile.NextWakeUp, profile.NextWakeUp);
            },
            iter: 500);

    [Fact]
    public void Reading_in_between_changes_nothing() =>
        Arrivals.Sample(
            arrival =>
            {
                var quiet = new FoldRun(Small);
                var read = new FoldRun(Small);
                foreach (var entry in arrival.Arriving)
                {
                    quiet.Fold.Apply(quiet.Profile, entry, quiet.Sink);
                    read.Fold.Apply(read.Profile, entry, read.Sink);
                    _ = read.Reader.View(read.Profile, 0, read.Sink.Names, _ => null);
                }

                Assert.Equal(ViewAssert.Text(quiet.View()), ViewAssert.Text(read.View()));
                Assert.Equal(FoldRun.Encode(quiet.Profile).Row, FoldRun.Encode(read.Profile).Row);
            },
            iter: 500);

    private static (string View, byte[] Row, byte[] Side) Fold(List<Entry> entries)
    {
        var run = new FoldRun(Small);
        foreach (var entry in entries)
        {
            var outcome = run.Fold.Apply(run.Profile, entry, run.Sink);
            Assert.True(outcome.Verdict is FoldVerdict.Folded or FoldVerdict.Duplicate, outcome.ToString());
        }

        // The ring is in log order and positions rise with the log: both are of the arrival, not of the features. A last entry of one fixed
        // position, past the window of ids, leaves what must be equal.
        run.Fold.Apply(run.Profile, FoldRun.Entry(1_000_000, new ClockAdvance(), 0, "end", EntryFlags.None, logTime: FoldRun.Noon + FoldRun.Day), run.Sink);
        var view = ViewAssert.Text(run.View(run.Profile.NewestEventTime + FoldRun.Hour));
        var (row, side) = FoldRun.Encode(run.Profile);
        return (view, row, side);
    }

    private static string View(List<Entry> entries)
    {
        var run = new FoldRun(Small);
        for (var i = 0; i < entries.Count; i++) run.Fold.Apply(run.Profile, entries[i] with { Position = i + 1 }, run.Sink);
        return ViewAssert.Text(run.View(run.Profile.NewestEventTime + FoldRun.Hour), withPositions: false);
    }

    private static List<Entry> Build(List<(CustomerEvent Value, int Minutes, int Milliseconds)> events)
    {
        var time = FoldRun.Noon;
        var entries = new List<Entry>();
        foreach (var (value, minutes, milliseconds) in events)
        {
            // Some share one instant: then the hash of the id decides.
            time += milliseconds % 4 == 0 ? 0 : (minutes * FoldRun.Minute) + milliseconds;
            entries.Add(FoldRun.Entry(entries.Count + 1, value, time, $"e{entries.Count}"));
        }

        return entries;
    }

    private static List<Entry> Arrive(List<Entry> history, long[] delays, (int At, int Of)[] repeats)
    {
        var arriving = history.Select((entry, index) => (entry, at: entry.Envelope.EventTime + delays[index])).OrderBy(pair => pair.at).Select(pair => pair.entry).ToList();
        foreach (var (at, of) in repeats)
        {
            var place = 1 + (at % arriving.Count);
            arriving.Insert(place, arriving[of % place]);
        }

        return arriving;
    }
}
