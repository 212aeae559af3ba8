using Personalization.Configuration;

namespace Personalization.Engine.Tests.Churn;

public sealed class LifetimeValueTests
{
    private static ChurnOptions Undiscounted(int days = 90) => new() { Value = new LifetimeValueOptions { HorizonDays = days, AnnualDiscountRate = 0 } };

    [Fact]
    public void Without_discount_over_the_same_horizon_it_is_expected_purchases_times_the_expected_value_of_one()
    {
        var score = new ChurnRun(Undiscounted()).Buy(0, 20).Buy(3, 40).Score(10);
        // p(v + x z̄)/(px + q − 1) with p 6.25, q 3.74, v 15.44, x 2, z̄ 30
        var each = 6.25 * (15.44 + (2 * 30)) / ((6.25 * 2) + 3.74 - 1);
        Assert.Equal(score.ExpectedPurchases!.Value * each, score.LifetimeValue!.Value, 1e-9);
    }

    [Fact]
    public void One_order_is_drawn_far_to_the_population_and_many_hardly()
    {
        static double Each(params (double Week, decimal Value)[] purchases)
        {
            var run = new ChurnRun(Undiscounted());
            foreach (var (week, value) in purchases) run.Buy(week, value);
            var score = run.Score(purchases[^1].Week);
            return score.LifetimeValue!.Value / score.ExpectedPurchases!.Value;
        }

        Assert.Equal((.695 * 100) + (.305 * 35.219), Each((0, 100)), .05);
        Assert.Equal(100, Each([.. Enumerable.Range(0, 30).Select(week => ((double)week, 100m))]), 1.5);
    }

    [Fact]
    public void Two_orders_of_a_day_are_one_purchase_of_both_their_money()
    {
        var two = new ChurnRun().Buy(0, 20).Buy(0.01, 30).Buy(3, 50).Score(5);
        var one = new ChurnRun().Buy(0, 50).Buy(3, 50).Score(5);
        Assert.Equal(one.LifetimeValue!.Value, two.LifetimeValue!.Value, 1e-9);
    }

    [Fact]
    public void A_late_order_is_worth_what_it_would_have_been_in_time()
    {
        var late = new ChurnRun().Buy(0, 50).Buy(3, 50).Buy(1, 80);
        Assert.Equal(1, late.Fold.View(ChurnRun.At(5)).Totals.Late);
        Assert.Equal(new ChurnRun().Buy(0, 50).Buy(1, 80).Buy(3, 50).Score(5).LifetimeValue!.Value, late.Score(5).LifetimeValue!.Value, 1e-9);
    }

    [Fact]
    public void An_order_without_money_is_not_one_of_nothing()
    {
        var run = new ChurnRun().Buy(0, 50).Buy(1).Buy(3, 70);
        Assert.Equal(60, run.Fold.View(ChurnRun.At(5)).Purchases.MeanOrderValue);
        Assert.Equal(new ChurnRun().Buy(0, 60).Buy(1, 60).Buy(3, 60).Score(5).LifetimeValue!.Value, run.Score(5).LifetimeValue!.Value, 1e-9);
    }

    [Fact]
    public void A_discount_makes_later_purchases_worth_less()
    {
        var run = new ChurnRun(new ChurnOptions { Value = new LifetimeValueOptions { AnnualDiscountRate = .5 } }).Buy(0, 20).Score(1);
        Assert.InRange(run.LifetimeValue!.Value, 1, new ChurnRun(Undiscounted(365)).Buy(0, 20).Score(1).LifetimeValue!.Value * .999);
        Assert.Equal(365, run.LifetimeValueDays);
    }

    [Fact]
    public void Purchases_without_money_have_no_value_and_say_so()
    {
        var score = new ChurnRun().Buy(0).Buy(2).Score(5);
        Assert.Null(score.LifetimeValue);
        Assert.NotNull(score.ExpectedPurchases);
        Assert.Contains(score.Reasons, reason => reason.Text == "No lifetime value: the purchases carry no money.");
    }
}
