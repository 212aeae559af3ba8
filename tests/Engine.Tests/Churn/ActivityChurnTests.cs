using Personalization.Customers;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;

namespace Personalization.Engine.Tests.Churn;

/// <summary>Scores of customers who never bought; the default prior is r 1, α 2, a 1, b 2.</summary>
public sealed class ActivityChurnTests
{
    [Fact]
    public void An_unknown_customer_has_the_prior_and_stays_unknown()
    {
        var run = new ChurnRun();
        var score = run.Score(5);
        Assert.Equal(ChurnBasis.Activity, score.Basis);
        Assert.Equal(2d / 3, score.ProbabilityAlive, 1e-12);
        Assert.Equal(1 - (2d / 3 * (1 - (2 / (2 + (90d / 7))))), score.ChurnProbability, 1e-12);
        Assert.Null(score.CrossesThresholdAt);
        Assert.Null(score.ExpectedPurchases);
        Assert.Null(score.LifetimeValue);
        Assert.Equal(ChurnRun.At(5), score.At);
        Assert.Contains(score.Reasons, reason => reason.Factor == "basis" && reason.Text.Contains("prior", StringComparison.Ordinal));
        Assert.True(run.Fold.Profile.IsEmpty);
    }

    [Fact]
    public void Visits_are_scored_by_their_days_and_the_silence_since_the_last()
    {
        var score = new ChurnRun().Visit(0).Visit(1).Visit(2).Visit(4).Score(7);
        var alive = 1 / (1 + (1d / 5 * Math.Pow(9d / 6, 4)));
        Assert.Equal(ChurnBasis.Activity, score.Basis);
        Assert.Equal(alive, score.ProbabilityAlive, 1e-12);
        Assert.Equal(1 - (alive * (1 - Math.Pow(9 / (9 + (90d / 7)), 4))), score.ChurnProbability, 1e-12);
        Assert.Equal("No visit for 3 weeks: the last one was on 2023-12-13.", score.Reasons[0].Text);
        Assert.Equal(4, score.Reasons[1].Value);
        Assert.Null(score.ExpectedPurchases);
    }

    [Fact]
    public void At_the_crossing_a_visitor_has_the_threshold()
    {
        var run = new ChurnRun().Visit(0).Visit(1).Visit(2.3);
        var crossing = run.Score(3).CrossesThresholdAt!.Value;
        Assert.Equal(.5, run.ScoreAt(crossing).ProbabilityAlive, 1e-9);
        Assert.Equal(crossing, run.Scorer.CrossesThresholdAt(run.Fold.Profile));
    }

    [Fact]
    public void A_busy_day_is_one_visit_and_a_long_session_is_no_silence()
    {
        var busy = new ChurnRun();
        for (var hour = 0; hour < 10; hour++) busy.Fold.Event(EventType.ProductViewed, ChurnRun.Start + (hour * FoldRun.Hour), "shoe");
        var single = new ChurnRun();
        single.Fold.Event(EventType.ProductViewed, ChurnRun.Start + (9 * FoldRun.Hour), "shoe");
        Assert.Equal(single.Score(3).ProbabilityAlive, busy.Score(3).ProbabilityAlive, 1e-12);

        Assert.Equal(2d / 3, busy.ScoreAt(ChurnRun.Start + (9 * FoldRun.Hour)).ProbabilityAlive, 1e-12);
    }

    [Fact]
    public void The_first_purchase_turns_the_basis()
    {
        var run = new ChurnRun().Visit(0).Visit(1);
        Assert.Equal(ChurnBasis.Activity, run.Score(2).Basis);
        Assert.Null(run.Scorer.LastPurchaseAt(run.Fold.Profile));
        run.Buy(2);
        Assert.Equal(ChurnBasis.Purchases, run.Score(2).Basis);
        Assert.Equal(ChurnRun.At(2), run.Scorer.LastPurchaseAt(run.Fold.Profile));
    }

    [Fact]
    public void Messages_alone_are_no_visit()
    {
        var run = new ChurnRun();
        run.Fold.Event(EventType.MessageReceived, ChurnRun.Start);
        Assert.Equal(2d / 3, run.Score(30).ProbabilityAlive, 1e-12);
        Assert.Null(run.Score(30).CrossesThresholdAt);
    }

    [Fact]
    public void A_time_before_the_newest_event_is_taken_as_that_event()
    {
        var run = new ChurnRun().Visit(0).Visit(4);
        Assert.Equal(ChurnRun.At(4), run.Score(1).At);
        Assert.Equal(run.Score(4).ProbabilityAlive, run.Score(1).ProbabilityAlive);
    }
}
