using Personalization.Algorithms.Recommendation;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Engine.Tests.Recommendations;

public sealed class ClickFactTests
{
    private readonly FoldRun _run = new();

    private List<Click> Clicks => _run.Sink.Clicks;

    [Fact]
    public void Views_carts_and_purchases_are_clicks_and_what_names_no_item_or_shows_no_interest_is_none()
    {
        _run.Event(EventType.ProductViewed, FoldRun.Noon, "a");
        _run.Event(EventType.PageViewed, FoldRun.Noon + 1, "b");
        _run.Event(EventType.ProductViewed, FoldRun.Noon + 2);
        _run.Event(EventType.ProductRemoved, FoldRun.Noon + 3, "a");
        _run.Event(EventType.Exposure, FoldRun.Noon + 4, "b");
        _run.Event(EventType.ProductAdded, FoldRun.Noon + 5, "c");
        var order = new CustomerEvent { Type = EventType.Purchase, OrderId = "o", Lines = [new OrderLine { ItemId = "c" }, new OrderLine { ItemId = "d" }] };
        _run.Apply(order, FoldRun.Noon + 6);
        Assert.Equal(["a", "c", "c", "d"], Clicks.Select(click => _run.Sink.Names[click.Item]));
        Assert.Equal(KeyHash.Name("default", "a"), Clicks[0].Item);
        Assert.Equal(FoldRun.Noon, Clicks[0].Time);
    }

    [Fact]
    public void A_session_is_one_identity_until_the_gap_also_when_its_beginning_has_left_the_tail()
    {
        var time = FoldRun.Noon;
        for (var i = 0; i < 20; i++, time += 10 * FoldRun.Minute) _run.Event(EventType.ProductViewed, time, $"i{i}");
        Assert.Single(Clicks.Select(click => click.Session).Distinct());
        _run.Reload();
        _run.Event(EventType.ProductViewed, time, "x");
        Assert.Single(Clicks.Select(click => click.Session).Distinct());
        _run.Event(EventType.ProductViewed, time + (31 * FoldRun.Minute), "y");
        _run.Event(EventType.ProductViewed, time + (40 * FoldRun.Minute), "z");
        Assert.Equal(2, Clicks.Select(click => click.Session).Distinct().Count());
        Assert.Equal(Clicks[^1].Session, Clicks[^2].Session);
    }

    [Fact]
    public void Robots_tests_repeats_and_late_events_teach_nothing_and_replayed_history_does()
    {
        var view = new CustomerEvent { Type = EventType.ProductViewed, ItemId = "a" };
        _run.Apply(view, FoldRun.Noon, "e1", traffic: Traffic.Replay);
        _run.Apply(view, FoldRun.Noon, "e1");
        _run.Apply(view, FoldRun.Noon, "e2", traffic: Traffic.Bot);
        _run.Apply(view, FoldRun.Noon, "e3", traffic: Traffic.Test);
        _run.Apply(view, FoldRun.Noon - (2 * FoldRun.Hour), "e4");
        Assert.Single(Clicks);
    }

    [Fact]
    public void While_personalization_is_refused_nothing_is_told()
    {
        _run.Apply(new ConsentChange { Purpose = ClickFacts.Purpose, Granted = false });
        _run.Event(EventType.ProductViewed, FoldRun.Noon, "a");
        Assert.Empty(Clicks);
        _run.Apply(new ConsentChange { Purpose = ClickFacts.Purpose, Granted = true });
        _run.Event(EventType.ProductViewed, FoldRun.Noon + 1, "b");
        Assert.Single(Clicks);
    }

    [Fact]
    public void The_fact_holds_the_clicks_as_they_were_and_a_cut_one_is_refused()
    {
        Click[] clicks = [new(1, 2, FoldRun.Noon), new(ulong.MaxValue, 3, FoldRun.Noon - 5)];
        var fact = ClickFacts.Make(clicks);
        Assert.Equal("clicks", fact.Kind);
        Assert.Equal(clicks, ClickFacts.Read(fact.Bytes).ToArray());
        Assert.Throws<InvalidDataException>(() => ClickFacts.Read(fact.Bytes[..^1]));
        Assert.Throws<InvalidDataException>(() => ClickFacts.Read([9, .. fact.Bytes[1..]]));
    }
}
