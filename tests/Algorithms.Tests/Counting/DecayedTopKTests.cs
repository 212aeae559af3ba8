using CsCheck;
using Personalization.Algorithms.Counting;
using Personalization.Algorithms.Numerics;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Counting;

public sealed class DecayedTopKTests
{
    private const long Hour = 3_600_000;
    private const long Now = 1_790_000_000_000;
    private static readonly HalfLife Day = HalfLife.FromDays(1);

    private static readonly Gen<(ulong Key, long At, double Amount)[]> Events =
        Gen.Select(Gen.ULong[0, 30], Gen.Long[Now - 500 * Hour, Now], Gen.Double[0.1, 5]).Array[1, 300];

    [Fact]
    public void Bounds_hold_for_followed_and_unfollowed_items_in_any_order_of_arrival() =>
        Gen.Select(Events, Gen.Int[1, 12]).Sample((events, capacity) =>
        {
            var sketch = new DecayedTopK(capacity, Day);
            var packed = new TopKEntry[capacity];
            var count = 0;
            long time = 0;
            foreach (var (key, at, amount) in events)
            {
                sketch.Add(key, at, amount);
                PackedTopK.Add(packed, ref count, ref time, Day, key, at, amount);
            }

            var total = events.Sum(e => e.Amount * Day.Factor(Now - e.At));
            var slack = 1e-9 * total;
            Assert.Equal(total, sketch.TotalAt(Now), slack);
            Assert.True(sketch.LargestErrorAt(Now) <= total / capacity + slack);
            var top = new TopKEntry[capacity];
            var inPacked = top.AsSpan(0, PackedTopK.CopyTop(packed.AsSpan(0, count), time, Day, Now, top)).ToArray().ToDictionary(entry => entry.Key);
            for (ulong key = 0; key <= 30; key++)
            {
                var truth = events.Where(e => e.Key == key).Sum(e => e.Amount * Day.Factor(Now - e.At));
                Check(sketch.TryGet(key, Now, out var entry), entry);
                Check(inPacked.TryGetValue(key, out entry), entry);

                void Check(bool isFollowed, TopKEntry found)
                {
                    if (isFollowed)
                    {
                        Assert.InRange(truth, found.LeastValue - slack, found.Value + slack);
                        Assert.True(found.Error <= total / capacity + slack);
                    }
                    else
                    {
                        Assert.True(truth <= total / capacity + slack);
                    }
                }
            }
        });

    [Fact]
    public void Without_displacement_sums_are_exact_and_sorted() =>
        Events.Sample(events =>
        {
            var sketch = new DecayedTopK(31, Day);
            foreach (var (key, at, amount) in events) sketch.Add(key, at, amount);
            var top = new TopKEntry[31];
            var written = sketch.CopyTop(Now, top);

            Assert.Equal(events.Select(e => e.Key).Distinct().Count(), written);
            var truths = events.GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.Sum(e => e.Amount * Day.Factor(Now - e.At)));
            for (var i = 0; i < written; i++)
            {
                Assert.Equal(0, top[i].Error);
                Assert.Equal(truths[top[i].Key], top[i].Value, 1e-9 * truths[top[i].Key]);
                if (i > 0) Assert.True(top[i - 1].Value >= top[i].Value);
            }
        });

    [Fact]
    public void Years_of_events_stay_finite_and_recent_favourites_win()
    {
        var sketch = new DecayedTopK(50, HalfLife.FromHours(6));
        var random = new Xoshiro256(1);
        for (var hour = 0L; hour < 3 * 365 * 24; hour++)
        {
            sketch.Add((ulong)random.NextInt32(500), Now + hour * Hour);
            // A favourite of the year: 1 in the first, 2 in the second, 3 in the third.
            if (hour % 2 == 0) sketch.Add(1000 + (ulong)(hour / (365 * 24)), Now + hour * Hour, 2);
        }

        Span<TopKEntry> top = stackalloc TopKEntry[3];
        Assert.Equal(3, sketch.CopyTop(sketch.Time, top));
        Assert.Equal(1002UL, top[0].Key);
        Assert.True(double.IsFinite(top[0].Value) && top[0].LeastValue > 0);
        Assert.False(sketch.TryGet(1000, sketch.Time, out _));
        Assert.Equal(0.5 * sketch.TotalAt(sketch.Time), sketch.TotalAt(sketch.Time + 6 * Hour), 1e-9);
    }

    [Fact]
    public void Amounts_and_capacities_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new DecayedTopK(0, Day));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DecayedTopK(1, default));
        var sketch = new DecayedTopK(1, Day);
        Assert.Throws<ArgumentOutOfRangeException>(() => sketch.Add(1, Now, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => sketch.Add(1, Now, double.NaN));
        Assert.Equal(0, sketch.TotalAt(Now));
    }

    [Fact]
    public void Adding_and_reading_allocates_nothing_once_full()
    {
        var sketch = new DecayedTopK(100, Day);
        var random = new Xoshiro256(2);
        var packed = new TopKEntry[16];
        var count = 0;
        long time = 0;
        var top = new TopKEntry[16];
        void Run(ref Xoshiro256 r)
        {
            for (var i = 0; i < 2_000; i++)
            {
                var key = (ulong)r.NextInt32(1000);
                sketch.Add(key, Now + i * Hour);
                PackedTopK.Add(packed, ref count, ref time, Day, key, Now + i * Hour);
            }

            sketch.CopyTop(sketch.Time, top);
            PackedTopK.CopyTop(packed, time, Day, time, top);
        }

        Run(ref random);
        Assert.Equal(0, Allocation.Least(() => Run(ref random)));
    }
}
