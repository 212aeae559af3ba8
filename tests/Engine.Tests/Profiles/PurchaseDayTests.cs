using CsCheck;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Xunit;

namespace Personalization.Engine.Tests.Profiles;

/// <summary>Purchase days against a computation over the days themselves, whatever the age and the order of purchases.</summary>
public sealed class PurchaseDayTests
{
    [Fact]
    public void Days_first_last_mean_and_deviation_are_those_of_the_set_of_days() =>
        Gen.Select(Gen.Int[0, 60].List[1, 40], Gen.Int[0, 40]).Sample(
            (days, visit) =>
            {
                var run = new FoldRun();
                for (var i = 0; i < days.Count; i++)
                {
                    // A visit years ahead: everything after it is late.
                    if (i == visit) run.Event(EventType.PageViewed, FoldRun.Noon + (1000 * FoldRun.Day));
                    run.Event(EventType.Purchase, FoldRun.Noon + (days[i] * FoldRun.Day) + i);
                    if (i % 7 == 0) run.Reload();
                }

                var set = days.Distinct().Order().ToArray();
                var gaps = set.Zip(set.Skip(1), (left, right) => (double)(right - left)).ToArray();
                var view = run.View(FoldRun.Noon + (1000 * FoldRun.Day)).Purchases;
                Assert.Equal((set.Length, set.Length - 1, (set[^1] - set[0]) / 7d), (view.PurchaseDays, view.Frequency, view.RecencyWeeks));
                Assert.Equal((days.Min(), days.Max()), (Day(view.FirstAt), Day(view.LastAt)));
                if (gaps.Length > 0) Assert.Equal(gaps.Average(), view.MeanInterPurchaseDays!.Value, 1e-12);
                else Assert.Null(view.MeanInterPurchaseDays);
                if (gaps.Length > 1) Assert.Equal(Math.Sqrt(gaps.Sum(gap => Math.Pow(gap - gaps.Average(), 2)) / (gaps.Length - 1)), view.StdDevInterPurchaseDays!.Value, 1e-9);
                else Assert.Null(view.StdDevInterPurchaseDays);

                static long Day(long? time) => (time!.Value - FoldRun.Noon) / FoldRun.Day;
            },
            iter: 2000);

    [Fact]
    public void Beyond_the_bound_the_oldest_days_stay_in_the_figures_and_one_among_them_that_comes_late_is_left_out()
    {
        var run = new FoldRun(new FoldSettings { PurchaseDays = 3 });
        var all = new FoldRun();
        foreach (var day in (int[])[0, 2, 7, 8, 20, 21])
        {
            run.Event(EventType.Purchase, FoldRun.Noon + (day * FoldRun.Day), value: 1);
            all.Event(EventType.Purchase, FoldRun.Noon + (day * FoldRun.Day), value: 1);
            run.Reload();
        }

        Assert.Equal(ViewAssert.Text(all.View()), ViewAssert.Text(run.View()));
        run.Event(EventType.Purchase, FoldRun.Noon + (5 * FoldRun.Day), value: 1);
        run.Event(EventType.Purchase, FoldRun.Noon + (15 * FoldRun.Day), value: 1);
        var view = run.View();
        Assert.Equal((7, 8, 8m, 3.5), (view.Purchases.PurchaseDays, view.Totals.Orders, view.Totals.Revenue, view.Purchases.MeanInterPurchaseDays));
    }

    [Fact]
    public void The_facts_of_a_late_purchase_are_told_with_the_next_commit()
    {
        var run = new FoldRun();
        run.Event(EventType.PageViewed, FoldRun.Noon + FoldRun.Day);
        Assert.Equal(0, run.Sink.Purchases);
        run.Event(EventType.Purchase, FoldRun.Noon, value: 1);
        Assert.Equal(1, run.Sink.Purchases);
        run.Apply(new ConsentChange { Purpose = "personalization" });
        run.Event(EventType.Purchase, FoldRun.Noon - 1, value: 1);
        Assert.Equal(1, run.Sink.Purchases);
    }
}
