using CsCheck;
using Personalization.Algorithms.Lifetime;

namespace Personalization.Algorithms.Tests.Lifetime;

public sealed class PurchaseHistoryTests
{
    [Fact]
    public void Purchases_of_one_day_are_one_and_their_values_add()
    {
        var history = new PurchaseHistory();
        Assert.Equal(PurchaseEffect.NewDay, history.Record(100, 10));
        Assert.Equal(PurchaseEffect.SameDay, history.Record(100, 5));
        Assert.Equal(PurchaseEffect.NewDay, history.Record(121, 30));
        Assert.Equal(PurchaseEffect.SameDay, history.Record(121, 10));

        Assert.Equal(new PurchaseStatistics(1, 3, 5), history.AsOf(135));
        Assert.Equal(new SpendStatistics(1, 40), history.Spend());
    }

    [Fact]
    public void Any_order_of_arrival_within_63_days_gives_the_same_history() =>
        Gen.Select(Gen.Select(Gen.Int[1000, 1063], Gen.Int[1, 50]).Array[1, 40], Gen.Int).Sample((purchases, seed) =>
        {
            var inOrder = new PurchaseHistory();
            foreach (var (day, value) in purchases.OrderBy(p => p.Item1)) inOrder.Record(day, value);
            var shuffled = new PurchaseHistory();
            var copy = purchases.ToArray();
            new Random(seed).Shuffle(copy);
            foreach (var (day, value) in copy) shuffled.Record(day, value);

            Assert.Equal(inOrder, shuffled);
            Assert.Equal(purchases.Select(p => p.Item1).Distinct().Count(), shuffled.Days);
            Assert.Equal(purchases.Where(p => p.Item1 == shuffled.FirstDay).Sum(p => p.Item2), shuffled.FirstDayValue);
        });

    [Fact]
    public void A_purchase_before_the_first_is_exact_however_old()
    {
        var history = new PurchaseHistory();
        history.Record(1000, 7);
        Assert.Equal(PurchaseEffect.NewDay, history.Record(10, 3));
        Assert.Equal(PurchaseEffect.SameDay, history.Record(10, 1));
        Assert.Equal((10, 2, 4.0), (history.FirstDay, history.Days, history.FirstDayValue));
        Assert.Equal(new SpendStatistics(1, 7), history.Spend());
    }

    [Fact]
    public void A_purchase_that_cannot_be_placed_any_more_changes_values_alone()
    {
        var history = new PurchaseHistory();
        history.Record(0, 1);
        history.Record(500, 1);
        Assert.Equal(PurchaseEffect.TooLate, history.Record(400, 8));
        Assert.Equal(2, history.Days);
        Assert.Equal(10, history.TotalValue);
    }

    [Fact]
    public void Recent_counts_are_those_of_the_window()
    {
        var history = new PurchaseHistory();
        foreach (var day in (int[])[1, 50, 90, 100]) history.Record(day);
        Assert.Equal(2, history.RecentCount(100, 11));
        Assert.Equal(1, history.RecentCount(100, 10));
        Assert.Equal(1, history.RecentCount(99, 20));
        Assert.Equal(2, history.RecentCount(105, 60 - 44));
        Assert.Equal(0, history.RecentCount(200, 7));
    }

    [Fact]
    public void Without_a_purchase_there_are_no_statistics_and_values_must_be_finite()
    {
        Assert.Throws<InvalidOperationException>(() => new PurchaseHistory().AsOf(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PurchaseHistory().Record(1, double.NaN));
        Assert.Equal(new SpendStatistics(0, 0), new PurchaseHistory().Spend());
    }

    [Fact]
    public void Recording_a_purchase_allocates_nothing()
    {
        var history = new PurchaseHistory();
        history.Record(1, 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var day = 0; day < 1000; day++) history.Record(day, 1);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
