using Personalization.Algorithms.Recommendation;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Tests.Profiles;
using Personalization.Events;
using Personalization.TestKit;

namespace Personalization.Engine.Tests.Recommendations;

public sealed class RecommenderTests : IDisposable
{
    private readonly Shop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public void What_sessions_with_the_same_item_went_on_to_comes_before_what_everybody_looks_at()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        for (var i = 0; i < 20; i++) _shop.Session("C", "D");
        for (var i = 0; i < 500; i++) _shop.Session("decoy");
        var items = _shop.Ask(Shop.Viewer("A"), n: 3);
        Assert.Equal(["B", "decoy"], _shop.Names(items)[..2]);
        Assert.Equal(RecommendationSource.Session, _shop.Source);
        Assert.Equal((RecommendationReasonKind.AlsoViewed, "A"), (items[0].Reason, _shop.Name(items[0].CitedItem)));
        Assert.Equal((1L, FoldRun.Noon + FoldRun.Second), (items[0].CitedPosition, items[0].CitedTime));
        Assert.Equal((RecommendationReasonKind.Trending, 0UL), (items[1].Reason, items[1].CitedItem));
    }

    [Fact]
    public void Of_several_items_the_one_that_led_there_is_cited()
    {
        for (var i = 0; i < 20; i++)
        {
            _shop.Session("A", "B");
            _shop.Session("X", "Y");
        }

        var items = _shop.Ask(Shop.Viewer("A", "X"));
        Assert.Equal("A", _shop.Name(items.Single(item => _shop.Name(item.Item) == "B").CitedItem));
        Assert.Equal("X", _shop.Name(items.Single(item => _shop.Name(item.Item) == "Y").CitedItem));
    }

    [Fact]
    public void Nobody_knows_the_visitor_so_what_is_trending_is_answered()
    {
        for (var i = 0; i < 5; i++) _shop.Session("hot");
        _shop.Session("cold");
        Assert.Equal(["hot", "cold"], _shop.Names(_shop.Ask(null)));
        Assert.Equal(RecommendationSource.Trending, _shop.Source);
    }

    [Fact]
    public void A_thousand_views_of_one_visitor_are_less_than_forty_visitors()
    {
        var one = Enumerable.Range(0, 1_000).Select(i => new Click(7, _shop.Hash("junk"), FoldRun.Noon + i)).ToArray();
        _shop.Learn(one);
        for (var i = 0; i < 40; i++) _shop.Session("good");
        Assert.Equal(["good", "junk"], _shop.Names(_shop.Ask(null)));
        Assert.Equal(1, _shop.Indexes.Trending.CountAt(_shop.Hash("junk"), FoldRun.Noon), 1e-9);
    }

    [Fact]
    public void A_visitor_who_wanders_through_many_items_makes_none_of_them_trend_by_coming_back()
    {
        var clicks = Enumerable.Range(0, 40).Concat(Enumerable.Repeat(39, 500)).Select((item, i) => new Click(7, _shop.Hash($"i{item}"), FoldRun.Noon + i)).ToArray();
        _shop.Learn(clicks);
        Assert.All(Enumerable.Range(0, 40), item => Assert.InRange(_shop.Indexes.Trending.CountAt(_shop.Hash($"i{item}"), FoldRun.Noon + 540), 0, 1));
    }

    [Fact]
    public void Who_refuses_personalization_gets_what_anybody_gets()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        for (var i = 0; i < 50; i++) _shop.Session("hot");
        var customer = Shop.Viewer("A");
        customer.Apply(new ConsentChange { Purpose = ClickFacts.Purpose, Granted = false }, FoldRun.Noon + FoldRun.Minute);
        Assert.Equal(_shop.Names(_shop.Ask(null)), _shop.Names(_shop.Ask(customer)));
        Assert.Equal(RecommendationSource.Trending, _shop.Source);
    }

    [Fact]
    public void Who_refuses_personalization_on_an_items_page_is_told_that_the_item_led_there()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        var customer = Shop.Viewer("C");
        customer.Apply(new ConsentChange { Purpose = ClickFacts.Purpose, Granted = false }, FoldRun.Noon + FoldRun.Minute);
        Assert.Equal(RecommendationReasonKind.AlsoViewed, Assert.Single(_shop.Ask(customer, item: "A")).Reason);
        Assert.Equal(RecommendationSource.Session, _shop.Source);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void An_item_that_leads_nowhere_is_not_told_as_the_source_of_what_is_trending(int n)
    {
        for (var i = 0; i < 5; i++) _shop.Session("hot", "warm", "lukewarm");
        _shop.Session("unknown");
        var items = _shop.Ask(Shop.Viewer("unknown"), n);
        Assert.All(items.Take(3), item => Assert.Equal(RecommendationReasonKind.Trending, item.Reason));
        Assert.Equal(RecommendationSource.Trending, _shop.Source);
        _shop.Ask(Shop.Viewer("unknown"), n, RepeatRule.Demote, given: ["unknown"]);
        Assert.Equal(RecommendationSource.Session, _shop.Source);
    }

    [Theory]
    [InlineData(RepeatRule.Demote, "D,B,C")]
    [InlineData(RepeatRule.Exclude, "D")]
    public void Seen_items_come_last_and_bought_ones_behind_them_or_not_at_all(RepeatRule rule, string expected)
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B", "C", "D");
        var customer = Shop.Customer((EventType.Purchase, "C"), (EventType.ProductViewed, "B"), (EventType.ProductViewed, "A"));
        Assert.Equal(expected, string.Join(',', _shop.Names(_shop.Ask(customer, repeats: rule, item: "A"))));
    }

    [Fact]
    public void Allowed_repeats_stand_where_their_score_puts_them_but_the_item_of_the_page_never_comes()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        _shop.Session("C");
        Assert.Equal("B", _shop.Names(_shop.Ask(Shop.Viewer("A", "B", "A"), repeats: RepeatRule.Allow, item: "A"))[0]);
        Assert.DoesNotContain("A", _shop.Names(_shop.Ask(Shop.Viewer("A", "B"), repeats: RepeatRule.Allow, item: "A")));
        Assert.Contains("A", _shop.Names(_shop.Ask(Shop.Viewer("A", "B"), repeats: RepeatRule.Allow)));
    }

    [Fact]
    public void The_item_of_the_page_is_the_newest_interest_and_no_event_is_cited_for_it()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        var item = _shop.Ask(null, item: "A")[0];
        Assert.Equal(("B", RecommendationReasonKind.AlsoViewed, "A", 0L), (_shop.Name(item.Item), item.Reason, _shop.Name(item.CitedItem), item.CitedPosition));
    }

    [Fact]
    public void Unavailable_and_deleted_items_do_not_come_and_items_that_were_never_put_do()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B", "C", "D");
        _shop.Put("B", available: false);
        _shop.Put("C");
        _shop.Delete("C");
        Assert.Equal(["D"], _shop.Names(_shop.Ask(Shop.Viewer("A"), repeats: RepeatRule.Exclude)));
        _shop.Put("C");
        Assert.Equal(["C", "D"], _shop.Names(_shop.Ask(Shop.Viewer("A"), repeats: RepeatRule.Exclude)).Order());
    }

    [Fact]
    public void A_category_asked_for_holds_what_is_below_it_and_nothing_else()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B", "C", "D");
        _shop.Put("B", "shoes.running");
        _shop.Put("C", "shoeshine");
        _shop.Put("new", "shoes");
        Assert.Equal(["B", "new"], _shop.Names(_shop.Ask(Shop.Viewer("A"), category: "shoes")));
        Assert.Empty(_shop.Ask(Shop.Viewer("A"), category: "hats"));
    }

    [Fact]
    public void A_new_item_that_nobody_clicked_is_found_by_what_it_is_like()
    {
        for (var i = 0; i < 300; i++) _shop.Put($"other-{i}", $"c{i % 30}.x", $"brand-{i % 7}", 1 + i);
        _shop.Put("A", "shoes.running", "Fleet", 90);
        _shop.Put("new", "shoes.running", "Fleet", 95);
        _shop.Session("hot");
        var item = _shop.Ask(Shop.Viewer("A"))[0];
        Assert.Equal(("new", RecommendationReasonKind.SimilarItem, "A", 1L), (_shop.Name(item.Item), item.Reason, _shop.Name(item.CitedItem), item.CitedPosition));
    }

    [Fact]
    public void Affinity_ranks_what_no_session_ranks_and_cites_an_event_of_that_category()
    {
        _shop.Put("liked", "shoes");
        _shop.Put("new shoe", "shoes");
        _shop.Put("hat", "hats");
        for (var i = 0; i < 3; i++) _shop.Session("hat");
        // The search names a category and no item, so there is no session of items to go by.
        var customer = Shop.Customer("shoes", null, (EventType.ProductRemoved, "liked"), (EventType.Search, "liked"));
        var items = _shop.Ask(customer);
        Assert.Equal(RecommendationSource.Affinity, _shop.Source);
        Assert.Equal(("new shoe", RecommendationReasonKind.CategoryAffinity, "shoes"), (_shop.Name(items[0].Item), items[0].Reason, items[0].Name));
        Assert.Equal("liked", _shop.Name(items[0].CitedItem));
        Assert.True(items[0].CitedPosition > 0);
    }

    [Fact]
    public void The_callers_own_list_is_put_in_order_and_nothing_is_added()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        for (var i = 0; i < 50; i++) _shop.Session("hot");
        _shop.Put("gone", available: false);
        Assert.Equal(["B", "hot", "unknown"], _shop.Names(_shop.Ask(Shop.Viewer("A"), repeats: RepeatRule.Allow, given: ["unknown", "gone", "hot", "B"])));
        Assert.Equal(["B"], _shop.Names(_shop.Ask(Shop.Viewer("A"), n: 1, repeats: RepeatRule.Allow, given: ["unknown", "hot", "B"])));
    }

    [Fact]
    public void In_the_callers_own_list_what_nothing_tells_apart_stays_as_the_caller_had_it()
    {
        for (var i = 0; i < 20; i++) _shop.Session("A", "B");
        string[] unknown = [.. Enumerable.Range(0, 40).Select(i => $"unknown-{i}")];
        Assert.Equal(unknown, _shop.Names(_shop.Ask(null, n: 40, given: unknown)));
        Assert.Equal(["B", .. unknown.Reverse()], _shop.Names(_shop.Ask(Shop.Viewer("A"), n: 41, given: [.. unknown.Reverse(), "B"])));
    }

    [Fact]
    public void One_category_does_not_take_the_whole_list_while_others_are_to_be_had()
    {
        using var shop = new Shop(new RecommendationOptions { CategoryShare = 0.5, Relevance = 1 });
        for (var i = 0; i < 8; i++)
        {
            shop.Put($"shoe-{i}", "shoes");
            shop.Put($"hat-{i}", "hats");
            for (var times = 0; times < 20; times++) shop.Session("A", $"shoe-{i}");
            shop.Session("A", $"hat-{i}");
        }

        var names = shop.Names(shop.Ask(Shop.Viewer("A"), n: 6));
        Assert.Equal(3, names.Count(name => name.StartsWith("shoe", StringComparison.Ordinal)));
        Assert.StartsWith("shoe", names[0], StringComparison.Ordinal);
        Assert.Equal(6, shop.Names(shop.Ask(Shop.Viewer("A"), n: 6, category: "shoes")).Length);
    }

    [Theory]
    [InlineData(1, 0, RecommendationReasonKind.SeenBefore)]
    [InlineData(3, 0, RecommendationReasonKind.SeenBefore)]
    [InlineData(1, 1, RecommendationReasonKind.AlsoViewed)]
    [InlineData(3, 1, RecommendationReasonKind.AlsoViewed)]
    public void What_others_did_is_told_only_where_somebody_else_did_it(int own, int others, RecommendationReasonKind expected)
    {
        for (var i = 0; i < own + others; i++) _shop.Session("A", "B");
        var views = Enumerable.Repeat<string[]>(["A", "B"], own).SelectMany(session => session);
        var item = Assert.Single(_shop.Ask(Shop.Viewer([.. views, "A"]), repeats: RepeatRule.Allow, item: "A"));
        Assert.Equal(("B", expected), (_shop.Name(item.Item), item.Reason));
        Assert.Equal(expected == RecommendationReasonKind.AlsoViewed ? "A" : "B", _shop.Name(item.CitedItem));
        Assert.True(item.CitedPosition > 0);
    }

    [Theory]
    [InlineData(1, 1, RecommendationReasonKind.Viewed)]
    [InlineData(1, 30, RecommendationReasonKind.Viewed)]
    [InlineData(4, 1, RecommendationReasonKind.Viewed)]
    [InlineData(5, 1, RecommendationReasonKind.Trending)]
    public void Many_look_at_an_item_from_five_sessions_on_however_often_one_of_them_reloads_it(int sessions, int views, RecommendationReasonKind expected)
    {
        _shop.Learn([.. Enumerable.Range(0, sessions * views).Select(i => new Click((ulong)(i % sessions), _shop.Hash("A"), FoldRun.Noon + FoldRun.Minute))]);
        Assert.Equal(expected, Assert.Single(_shop.Ask(null)).Reason);
    }

    [Theory]
    [InlineData(EventType.Purchase, RecommendationReasonKind.BoughtBefore)]
    [InlineData(EventType.ProductViewed, RecommendationReasonKind.SeenBefore)]
    public void A_bought_item_is_not_told_as_one_that_was_looked_at(EventType type, RecommendationReasonKind expected)
    {
        _shop.Session("A");
        var item = Assert.Single(_shop.Ask(Shop.Customer((type, "A"))));
        Assert.Equal((expected, "A", 1L), (item.Reason, _shop.Name(item.CitedItem), item.CitedPosition));
    }

    [Fact]
    public void Asking_twice_answers_the_same_and_scores_fall()
    {
        var random = new Random(1);
        for (var i = 0; i < 300; i++) _shop.Session([.. Enumerable.Range(0, 4).Select(_ => $"i{random.Next(40)}")]);
        var customer = Shop.Viewer("i1", "i2", "i3");
        var first = _shop.Ask(customer, n: 20);
        Assert.Equal(first.Select(item => (item.Item, item.Score)), _shop.Ask(customer, n: 20).Select(item => (item.Item, item.Score)));
        Assert.Equal(first.Select(item => item.Item).Distinct().Count(), first.Count);
        Assert.Equal(first.Select(item => item.Score).OrderDescending(), first.Select(item => item.Score));
    }

    [Fact]
    public void Once_it_has_grown_it_allocates_nothing()
    {
        var random = new Random(1);
        for (var i = 0; i < 300; i++) _shop.Put($"i{i}", $"c{i % 9}", $"b{i % 5}");
        for (var i = 0; i < 300; i++) _shop.Session([.. Enumerable.Range(0, 4).Select(_ => $"i{random.Next(300)}")]);
        var (work, customer, results) = (new RecommenderWorkspace(), Shop.Viewer("i1", "i2", "i3"), new Recommendation[20]);
        var request = new RecommendationRequest(20, FoldRun.Noon + FoldRun.Minute);
        _ = customer.Profile.Applied;
        void Once()
        {
            work.Taste.Read(customer.Profile, customer.Settings);
            using var catalogue = _shop.Catalogue.Read();
            _shop.Recommender.Recommend(request, work.Taste, _shop.Indexes, catalogue, work, results, out _);
        }

        for (var i = 0; i < 50; i++) Once();
        var allocated = Allocation.Least(() =>
        {
            for (var i = 0; i < 10; i++) Once();
        });
        Assert.True(allocated < 10 * 256, $"{allocated / 10} bytes a question");
    }
}
