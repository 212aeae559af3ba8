using CsCheck;
using NodaTime;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Tests.Churn;

/// <summary>Scores of customers who bought; the default parameters are those of the worked examples.</summary>
public sealed class PurchaseChurnTests
{
    [Theory]
    [InlineData(0, 40, .38671)]
    [InlineData(40, 41, .95147)]
    [InlineData(20, 40, .00021)]
    public void The_published_arithmetic_comes_out_of_folded_events(int lastWeek, double now, double alive)
    {
        var score = new ChurnRun().BuyWeekly(lastWeek).Score(now);
        Assert.Equal(ChurnBasis.Purchases, score.Basis);
        Assert.Equal(alive, score.ProbabilityAlive, 1e-5);
        Assert.Equal(90, score.HorizonDays);
        Assert.Equal(.5, score.Threshold);
    }

    [Fact]
    public void A_one_time_buyer_crosses_one_half_12_998_weeks_after_the_purchase_and_is_scored_one_half_there()
    {
        var run = new ChurnRun().Buy(0);
        var crossing = run.Score(0).CrossesThresholdAt!.Value;
        Assert.Equal(12.998, (crossing - ChurnRun.Start) / (double)ChurnRun.Week, 5e-4);
        Assert.Equal(.5, run.ScoreAt(crossing).ProbabilityAlive, 1e-9);
        Assert.Equal(crossing, run.Scorer.CrossesThresholdAt(run.Fold.Profile));
        Assert.True(run.Score(0).ProbabilityAlive < 1);
    }

    [Fact]
    public void At_the_crossing_every_customer_has_the_threshold()
    {
        // A millisecond moves P(alive) by at most (r + x)/(4 (α + T)) weeks⁻¹ · 1.7e-9 weeks; below two purchase days a week that is under 1e-9.
        var buyers = Gen.Select(Gen.Int[4, 200].Array[0, 20], Gen.Double[.05, .95], Gen.Int[0, 86_399_999]);
        buyers.Sample((gaps, threshold, ofDay) =>
        {
            var run = new ChurnRun(new ChurnOptions { Threshold = threshold });
            var time = ChurnRun.Start - (ChurnRun.Start % FoldRun.Day) + ofDay;
            run.BuyAt(time);
            foreach (var gap in gaps) run.BuyAt(time += gap * FoldRun.Day);
            if (run.ScoreAt(time).CrossesThresholdAt is not { } crossing) return true;
            var alive = run.ScoreAt(crossing).ProbabilityAlive;
            return crossing == time ? alive <= threshold : Math.Abs(alive - threshold) <= 1e-9;
        }, iter: 500);
    }

    [Fact]
    public void Probabilities_are_the_models_and_the_horizon_is_a_setting()
    {
        var (r, alpha, a, b) = (.5248, 6.183, .891, 1.614);
        var score = new ChurnRun(new ChurnOptions { HorizonDays = 70 }).Buy(0).Buy(2).Buy(6).Score(16);
        var alive = 1 / (1 + (a / (b + 2) * Math.Pow((alpha + 16) / (alpha + 6), r + 2)));
        Assert.Equal(alive, score.ProbabilityAlive, 1e-12);
        Assert.Equal(1 - (alive * (1 - Math.Pow((alpha + 16) / (alpha + 26), r + 2))), score.ChurnProbability, 1e-12);
        Assert.InRange(score.ExpectedPurchases!.Value, 1 - score.ChurnProbability, 10);
    }

    [Fact]
    public void An_order_of_three_lines_is_one_purchase_in_one_event_or_in_three()
    {
        var one = new ChurnRun().Buy(0, 30).Score(10);

        var lines = new ChurnRun();
        var line = new OrderLine { ItemId = "shoe", Value = 10 };
        lines.Fold.Apply(new CustomerEvent { Type = EventType.Purchase, OrderId = "o1", BaseValue = 30, Lines = [line, line with { ItemId = "sock" }, line with { ItemId = "hat" }] }, ChurnRun.Start);
        AssertSameNumbers(one, lines.Score(10));

        AssertSameNumbers(one, new ChurnRun().Buy(0, 5, "o1").Buy(0, 10, "o1").Buy(0, 15, "o1").Score(10));
    }

    [Fact]
    public void A_further_line_of_a_known_order_days_later_neither_is_a_purchase_nor_breaks_the_silence()
    {
        var run = new ChurnRun().Buy(0, 10, "o1").BuyAt(ChurnRun.Start + (3 * FoldRun.Day), 20, "o1");
        AssertSameNumbers(new ChurnRun().Buy(0, 30, "o1").Score(10), run.Score(10));
    }

    [Fact]
    public void Purchases_of_one_local_day_are_one()
    {
        var lateEvening = ChurnRun.Start + (11 * FoldRun.Hour);
        ChurnRun Pair(DateTimeZone zone) => new ChurnRun(zone: zone).BuyAt(lateEvening).BuyAt(lateEvening + (2 * FoldRun.Hour));

        var utc = Pair(DateTimeZone.Utc).Score(10);
        var newYork = Pair(DateTimeZoneProviders.Tzdb["America/New_York"]).Score(10);

        Assert.Equal(2, Frequency(utc));
        Assert.Equal(1, Frequency(newYork));
        Assert.Equal(new ChurnRun().BuyAt(lateEvening + (2 * FoldRun.Hour)).Score(10).ProbabilityAlive, newYork.ProbabilityAlive, 1e-12);
    }

    [Fact]
    public void The_longer_the_silence_the_lower_the_hope_and_views_do_not_break_it()
    {
        var run = new ChurnRun().Buy(0).Buy(3).Visit(20);
        var (alive, churn) = (1d, 0d);
        for (var week = 20; week < 5000; week += week)
        {
            var score = run.Score(week);
            Assert.True(score.ProbabilityAlive < alive && score.ChurnProbability > churn && score.ChurnProbability <= 1);
            (alive, churn) = (score.ProbabilityAlive, score.ChurnProbability);
        }

        Assert.Equal(new ChurnRun().Buy(0).Buy(3).Score(40).ProbabilityAlive, run.Score(40).ProbabilityAlive);
    }

    [Fact]
    public void A_customer_below_the_threshold_from_the_last_purchase_on_crossed_it_there()
    {
        var run = new ChurnRun(new ChurnOptions { Threshold = .9 }).Buy(0);
        Assert.Equal(ChurnRun.Start, run.Score(1).CrossesThresholdAt);
        Assert.Contains("from the last purchase on", Assert.Single(run.Score(1).Reasons, reason => reason.Factor == "threshold").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_crossing_that_no_date_can_hold_is_none()
    {
        var score = new ChurnRun(new ChurnOptions { R = 1e-3, Threshold = 1e-4 }).Buy(0).Score(1);
        Assert.Null(score.CrossesThresholdAt);
        Assert.Contains(score.Reasons, reason => reason.Text.Contains("does not fall below", StringComparison.Ordinal));
    }

    [Fact]
    public void Reasons_cite_the_numbers_and_the_last_purchase()
    {
        var score = new ChurnRun().Buy(0, 20).Buy(2, 40).Buy(6, 30).Score(18, "e3");
        var silence = score.Reasons[0];
        Assert.Equal(("silence", 12d, "e3", ChurnRun.At(6)), (silence.Factor, silence.Value, silence.EventId, silence.At));
        Assert.Equal("No purchase for 12 weeks: the last one was on 2023-12-27 (event e3).", silence.Text);
        Assert.Equal("3 purchase days within 6 weeks: one every 3 weeks.", score.Reasons[1].Text);
        Assert.Equal("The silence is 4 times that interval.", score.Reasons[2].Text);
        Assert.Equal(score.ProbabilityAlive, Assert.Single(score.Reasons, reason => reason.Factor == "alive").Value);
        Assert.Equal(score.CrossesThresholdAt, Assert.Single(score.Reasons, reason => reason.Factor == "threshold").At);
        Assert.Equal(score.LifetimeValue, Assert.Single(score.Reasons, reason => reason.Factor == "value").Value);
    }

    [Fact]
    public void A_saved_and_loaded_profile_has_the_same_score()
    {
        var run = new ChurnRun().Buy(0, 20).Buy(2, 40).Visit(3);
        var before = run.Score(9);
        run.Fold.Reload();
        AssertSameNumbers(before, run.Score(9));
    }

    private static double Frequency(ChurnView score) => Assert.Single(score.Reasons, reason => reason.Factor == "frequency").Value;

    private static void AssertSameNumbers(ChurnView expected, ChurnView actual)
    {
        Assert.Equal(expected with { Reasons = [] }, actual with { Reasons = [] });
        Assert.Equal(expected.Reasons, actual.Reasons);
    }
}
