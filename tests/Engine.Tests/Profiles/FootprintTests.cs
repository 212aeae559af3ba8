using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Bytes stored, bytes live, bytes allocated. Alone: other tests' garbage would be counted.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

[Collection("alone")]
public sealed class FootprintTests(ITestOutputHelper output)
{
    private const int RowBound = 3 * 1024;
    private const int LiveBound = 7 * 1024;

    [Fact]
    public void A_row_is_at_most_three_kibibytes_after_a_thousand_events_of_a_thousand_customers()
    {
        var random = new Random(1);
        var largest = 0;
        var sum = 0L;
        var sides = 0L;
        for (var customer = 0; customer < 1000; customer++)
        {
            var run = new FoldRun();
            var time = FoldRun.Noon;
            for (var i = 0; i < 1000; i++)
            {
                time += (long)(-Math.Log(1 - random.NextDouble()) * 4 * FoldRun.Hour);
                run.LogTime = time;
                run.Apply(Any(random, random.Next(200), random.Next(40), random.Next(60)), time);
            }

            var (row, side) = FoldRun.Encode(run.Profile);
            largest = Math.Max(largest, row.Length);
            sum += row.Length;
            sides += side.Length;
        }

        output.WriteLine($"row: mean {sum / 1000} bytes, largest {largest}; side: mean {sides / 1000}");
        Assert.True(largest <= RowBound, $"{largest} bytes");
    }

    [Fact]
    public void A_row_is_at_most_three_kibibytes_with_more_keys_than_every_table_holds()
    {
        var run = new FoldRun();
        var random = new Random(2);
        for (var i = 0; i < 5000; i++)
        {
            // Numbers as long as they get: positions far apart, years of time, every type, unrounded money, an own order each.
            var time = FoldRun.Noon + (i * 7 * FoldRun.Hour) + random.Next(1000);
            var value = Any(random, i, i, i) with { Channel = $"channel{i}", OrderId = $"o{i}", BaseValue = 99_999.999_999_999m, Quantity = 1000 };
            run.Fold.Apply(run.Profile, FoldRun.Entry(1_000_000_000L + (i * 100_000_000L), value, time, $"e{i}", logTime: time), run.Sink);
        }

        var (row, side) = FoldRun.Encode(run.Profile);
        output.WriteLine($"row {row.Length}, side {side.Length}");
        var view = run.View();
        Assert.Equal((50, 32, 32, 8, 7, 24), (view.RecentItems.Count, view.Affinities["category"].Count, view.Affinities["brand"].Count,
            view.Affinities["channel"].Count, view.Affinities["dayOfWeek"].Count, view.Affinities["hourOfDay"].Count));
        Assert.True(row.Length <= RowBound, $"{row.Length} bytes");
    }

    [Theory]
    [InlineData("fifty events within the lateness", FoldRun.Minute)]
    [InlineData("fifty events over a month", 14 * FoldRun.Hour)]
    public void A_live_profile_of_fifty_events_takes_at_most_seven_kibibytes(string what, long step)
    {
        const int Customers = 2000;
        var run = new FoldRun();
        var random = new Random(3);
        var profiles = new CustomerProfile[Customers];
        var entries = Enumerable.Range(0, 50).Select(i => FoldRun.Entry(i + 1, Any(random, random.Next(30), random.Next(12), random.Next(12)), FoldRun.Noon + (i * step), $"e{i}")).ToArray();
        foreach (var entry in entries) run.Fold.Apply(run.Profile, entry, run.Sink);
        var before = GC.GetTotalMemory(true);
        for (var customer = 0; customer < Customers; customer++)
        {
            var profile = profiles[customer] = new CustomerProfile(CustomerKey.Create("default", CustomerKeyKind.Customer, $"customer-{customer}"));
            foreach (var entry in entries) run.Fold.Apply(profile, entry, NoSink.Instance);
        }

        var each = (GC.GetTotalMemory(true) - before) / Customers;
        output.WriteLine($"{what}: {each} bytes a live profile");
        Assert.True(each <= LiveBound, $"{each} bytes");
        GC.KeepAlive(profiles);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_steady_state_allocates_nothing(bool withLiveView)
    {
        var run = new FoldRun();
        var random = new Random(4);
        var values = Enumerable.Range(0, 64).Select(_ => Any(random, random.Next(100), random.Next(50), random.Next(50)) with { Type = EventType.ProductViewed }).ToArray();

        // One event a minute: one goes from the tail into the base for each that comes, the ring gives up one id for each.
        var entries = Enumerable.Range(0, 6000).Select(i => FoldRun.Entry(i + 1, values[i % 64], FoldRun.Noon + (i * FoldRun.Minute), $"e{i}", logTime: FoldRun.Noon + (i * FoldRun.Minute))).ToArray();
        for (var i = 0; i < 3000; i++) run.Fold.Apply(run.Profile, entries[i], NoSink.Instance);
        if (withLiveView) _ = run.View();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 3000; i < 6000; i++) run.Fold.Apply(run.Profile, entries[i], NoSink.Instance);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static CustomerEvent Any(Random random, int item, int category, int brand)
    {
        var type = random.Next(100) switch
        {
            < 60 => EventType.ProductViewed,
            < 70 => EventType.PageViewed,
            < 80 => EventType.ProductAdded,
            < 85 => EventType.Search,
            < 90 => EventType.Purchase,
            _ => (EventType)random.Next(1, EventTypes.Count),
        };
        return new CustomerEvent
        {
            Type = type,
            ItemId = $"item{item}",
            Category = $"category{category}",
            Brand = $"brand{brand}",
            UnitPrice = (decimal)Math.Pow(2, random.NextDouble() * 16),
            BaseValue = decimal.Round((decimal)(random.NextDouble() * 1000), 2),
            Channel = random.Next(2) == 0 ? "web" : "app",
            OrderId = random.Next(2) == 0 ? null : $"order{random.Next(1000)}",
        };
    }

    private sealed class NoSink : IFoldSink
    {
        public static NoSink Instance { get; } = new();

        public void Emit(Stores.OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
