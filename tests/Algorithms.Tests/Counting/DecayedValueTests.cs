using CsCheck;
using Personalization.Algorithms.Counting;

namespace Personalization.Algorithms.Tests.Counting;

public sealed class DecayedValueTests
{
    private const long Day = 86_400_000;
    private const long Now = 1_790_000_000_000;

    private static readonly Gen<(long At, double Amount)[]> Events = Gen.Select(Gen.Long[Now - 90 * Day, Now], Gen.Double[0.01, 100]).Array[1, 40];

    [Fact]
    public void Monday_and_tuesday_make_one_and_a_half()
    {
        var value = new DecayedValue();
        var halfLife = HalfLife.FromDays(1);
        value.Add(halfLife, Now, 1);
        value.Add(halfLife, Now + Day, 1);
        Assert.Equal(1.5, value.Value);
        Assert.Equal(0.75, value.At(halfLife, Now + 2 * Day));
        Assert.Equal(1.5, value.At(halfLife, Now));
    }

    [Fact]
    public void Order_of_arrival_does_not_matter() =>
        Gen.Select(Events, Gen.Double[0.5, 60], Gen.Int).Sample((events, days, seed) =>
        {
            var halfLife = HalfLife.FromDays(days);
            DecayedValue inOrder = default, shuffled = default;
            foreach (var (at, amount) in events.OrderBy(e => e.At)) inOrder.Add(halfLife, at, amount);
            var copy = events.ToArray();
            new Random(seed).Shuffle(copy);
            foreach (var (at, amount) in copy) shuffled.Add(halfLife, at, amount);

            Assert.Equal(events.Max(e => e.At), shuffled.Time);
            Assert.Equal(inOrder.Value, shuffled.Value, 1e-12 * inOrder.Value);
            var exact = events.Sum(e => e.Amount * Math.Pow(2, -(shuffled.Time - e.At) / (days * Day)));
            Assert.Equal(exact, shuffled.Value, 1e-9 * exact);
        });

    [Fact]
    public void It_fades_monotonically_and_never_below_zero() =>
        Gen.Select(Events, Gen.Long[0, 10_000 * Day], Gen.Long[0, 10_000 * Day]).Sample((events, first, second) =>
        {
            var halfLife = HalfLife.FromDays(7);
            var value = new DecayedValue();
            foreach (var (at, amount) in events) value.Add(halfLife, at, amount);
            var (sooner, later) = (value.At(halfLife, Now + Math.Min(first, second)), value.At(halfLife, Now + Math.Max(first, second)));
            return sooner >= later && later >= 0;
        });

    [Fact]
    public void Shards_merge_to_the_whole() =>
        Gen.Select(Events, Events).Sample((a, b) =>
        {
            var halfLife = HalfLife.FromDays(3);
            DecayedValue first = default, second = default, whole = default;
            foreach (var (at, amount) in a) first.Add(halfLife, at, amount);
            foreach (var (at, amount) in b) second.Add(halfLife, at, amount);
            foreach (var (at, amount) in a.Concat(b)) whole.Add(halfLife, at, amount);
            first.Merge(halfLife, second);
            Assert.Equal(whole.At(halfLife, Now), first.At(halfLife, Now), 1e-12 * whole.Value);
        });

    [Fact]
    public void Several_half_lives_over_a_span_equal_single_values() =>
        Events.Sample(events =>
        {
            HalfLife[] halfLives = [HalfLife.FromHours(1), HalfLife.FromDays(1), HalfLife.FromDays(30)];
            var singles = new DecayedValue[3];
            double[] values = new double[3], results = new double[3];
            long time = 0;
            foreach (var (at, amount) in events)
            {
                DecayedValues.Add(values, ref time, halfLives, at, amount);
                for (var i = 0; i < 3; i++) singles[i].Add(halfLives[i], at, amount);
            }

            DecayedValues.At(values, time, halfLives, Now + Day, results);
            for (var i = 0; i < 3; i++) Assert.Equal(singles[i].At(halfLives[i], Now + Day), results[i], 1e-12 * results[i] + 1e-300);
        });

    [Fact]
    public void The_far_past_and_the_far_future_neither_overflow_nor_turn_into_not_a_number()
    {
        var halfLife = new HalfLife(TimeSpan.FromMilliseconds(1));
        var value = new DecayedValue();
        value.Add(halfLife, long.MinValue + 1, 1);
        value.Add(halfLife, long.MaxValue, 2);
        value.Add(halfLife, 0, 4);
        Assert.Equal(2, value.Value);
        Assert.Equal(0, new DecayedValue { Value = 1, Time = long.MinValue }.At(halfLife, long.MaxValue));
    }

    [Fact]
    public void Amounts_and_half_lives_out_of_range_are_refused()
    {
        var value = new DecayedValue();
        Assert.Throws<ArgumentOutOfRangeException>(() => new HalfLife(TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>(() => value.Add(HalfLife.FromDays(1), 0, double.NaN));
        Assert.Throws<ArgumentException>(() =>
        {
            long time = 0;
            DecayedValues.Add(new double[2], ref time, [HalfLife.FromDays(1)], 0, 1);
        });
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        HalfLife[] halfLives = [HalfLife.FromHours(1), HalfLife.FromDays(1)];
        var values = new double[2];
        long time = 0;
        var single = new DecayedValue();
        DecayedValues.Add(values, ref time, halfLives, 1, 1);
        single.Add(halfLives[0], 1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var at = 0; at < 1000; at++)
        {
            DecayedValues.Add(values, ref time, halfLives, Now + at * 7919 % 1000, 1);
            single.Add(halfLives[0], Now + at * 7919 % 1000, 1);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
