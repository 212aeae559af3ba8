using CsCheck;
using Personalization.Algorithms.Lifetime;
using Personalization.TestKit;

namespace Personalization.Algorithms.Tests.Lifetime;

public sealed class PurchaseHistoryTests
{
    [Fact]
    public void Purchases_of_one_day_are_one()
    {
        var history = new PurchaseHistory();
        Assert.Equal(PurchaseEffect.NewDay, history.Record(100));
        Assert.Equal(PurchaseEffect.SameDay, history.Record(100));
        Assert.Equal(PurchaseEffect.NewDay, history.Record(121));
        Assert.Equal(PurchaseEffect.SameDay, history.Record(121));

        Assert.Equal(new PurchaseStatistics(1, 3, 5), history.AsOf(135));
    }

    [Fact]
    public void Any_order_of_arrival_within_63_days_gives_the_same_history() =>
        Gen.Select(Gen.Int[1000, 1063].Array[1, 40], Gen.Int).Sample((days, seed) =>
        {
            var inOrder = new PurchaseHistory();
            foreach (var day in days.Order()) inOrder.Record(day);
            var shuffled = new PurchaseHistory();
            var copy = days.ToArray();
            new Random(seed).Shuffle(copy);
            foreach (var day in copy) shuffled.Record(day);

            Assert.Equal(inOrder, shuffled);
            Assert.Equal(days.Distinct().Count(), shuffled.Days);
        });

    [Fact]
    public void A_purchase_before_the_first_is_exact_however_old()
    {
        var history = new PurchaseHistory();
        history.Record(1000);
        Assert.Equal(PurchaseEffect.NewDay, history.Record(10));
        Assert.Equal(PurchaseEffect.SameDay, history.Record(10));
        Assert.Equal((10, 2), (history.FirstDay, history.Days));
    }

    [Fact]
    public void A_purchase_that_cannot_be_placed_any_more_changes_nothing()
    {
        var history = new PurchaseHistory();
        history.Record(0);
        history.Record(500);
        var before = history;
        Assert.Equal(PurchaseEffect.TooLate, history.Record(400));
        Assert.Equal(before, history);
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
    public void Without_a_purchase_there_are_no_statistics() => Assert.Throws<InvalidOperationException>(() => new PurchaseHistory().AsOf(1));

    [Fact]
    public void Recording_a_purchase_allocates_nothing()
    {
        var history = new PurchaseHistory();
        history.Record(1);
        Assert.Equal(0, Allocation.Least(() =>
        {
            for (var day = 0; day < 1000; day++) history.Record(day);
        }));
    }
}
