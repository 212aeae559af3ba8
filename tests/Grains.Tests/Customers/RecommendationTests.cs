using System.Text;
using Personalization.Customers;
using Personalization.Engine.Recommendations;
using Personalization.Events;
using Personalization.Grains.Customers;
using Personalization.Grains.Tests.Cluster;
using Personalization.Items;
using Personalization.Models;
using Personalization.Storage.Memory;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Customers;

public sealed class RecommendationTests
{
    [Fact]
    public async Task Others_sessions_decide_what_a_new_visitor_gets_and_the_reason_cites_the_visitors_own_view()
    {
        await using var engine = await EngineCluster.Start(silos: 2);
        for (var i = 0; i < 40; i++)
        {
            await engine.Post($"buyer-{i}", item: i % 2 == 0 ? "A" : "C");
            await engine.Post($"buyer-{i}", item: i % 2 == 0 ? "B" : "D");
        }

        for (var i = 0; i < 200; i++) await engine.Post($"crowd-{i}", item: "decoy");
        await Learned(engine);

        var view = await engine.Post("new visitor", item: "A");
        var reply = await Recommended(engine, "new visitor", new RecommendationQuery { After = view, Count = 3, Explain = true }, reply => reply.IndexPosition >= 280);

        Assert.Equal(RecommendationSource.Session, reply.Source);
        Assert.Equal("B", reply.Items[0].ItemId);
        Assert.DoesNotContain("D", reply.Items.Take(2).Select(item => item.ItemId));
        var reason = Assert.Single(reply.Items[0].Reasons);
        Assert.Equal((RecommendationReasonKind.AlsoViewed, "A", view), (reason.Kind, reason.ItemId, reason.EventId));
        Assert.NotNull(reason.At);
        Assert.True(reply.Items[0].Parts!.NextItem > 0);
        Assert.DoesNotContain("A", reply.Items.Take(2).Select(item => item.ItemId));

        // Who refuses gets what is popular, and teaches nothing.
        var nobody = await engine.Grain("nobody").Recommend(new RecommendationQuery { Count = 1 });
        Assert.Equal((RecommendationSource.Trending, "decoy"), (nobody.Source, nobody.Items[0].ItemId));
        Assert.Equal(RecommendationReasonKind.Trending, nobody.Items[0].Reasons[0].Kind);
    }

    [Fact]
    public async Task A_killed_learner_goes_on_on_another_silo_and_every_click_counts_once()
    {
        await using var engine = await EngineCluster.Start(silos: 2);
        for (var i = 0; i < 100; i++) await engine.Post($"c{i % 10}", item: $"i{i % 7}");
        await Learned(engine);
        var status = await Items(engine).Ensure();
        var killed = engine.Cluster.Silos.Single(silo => silo.SiloAddress.ToParsableString() == status.Silo);
        for (var i = 0; i < 100; i++) await engine.Post($"c{i % 10}", item: $"i{i % 7}");
        await engine.Cluster.KillSiloAsync(killed);
        for (var i = 0; i < 100; i++) await engine.Post($"c{i % 10}", item: $"i{i % 7}");
        await Learned(engine);

        var reply = await Recommended(engine, "nobody", new RecommendationQuery { Count = 7 }, reply => reply.IndexPosition >= 300);
        Assert.Equal(300, reply.IndexPosition);
        Assert.NotEqual(status.Silo, (await Items(engine).Ensure()).Silo);
    }

    [Fact]
    public async Task Items_that_are_put_are_known_to_every_silo_and_unavailable_or_deleted_ones_are_not_recommended()
    {
        await using var engine = await EngineCluster.Start(silos: 2);
        foreach (var item in new[] { "A", "B", "C" })
        {
            for (var i = 0; i < 3; i++) await engine.Post($"{item}-{i}", item: item);
        }

        await Learned(engine);
        await Put(engine, "A", 1, """{"itemId":"A","category":"shoes","available":true}""");
        await Put(engine, "B", 1, """{"itemId":"B","category":"shoes","available":false}""");
        await Put(engine, "C", 1, """{"itemId":"C","category":"hats"}""");
        await Put(engine, "new", 1, """{"itemId":"new","category":"shoes.running"}""");
        var shoes = await Recommended(engine, "ann", new RecommendationQuery { Category = "shoes" }, reply => reply.Items.Count == 2);
        Assert.Equal(["A", "new"], shoes.Items.Select(item => item.ItemId));
        var retried = new RecommendationQuery { Category = "shoes", IdempotencyKey = "page" };
        var first = await engine.Grain("ann").Recommend(retried);

        await Put(engine, "A", 2, null);
        await Put(engine, "B", 2, """{"itemId":"B","category":"shoes"}""");
        shoes = await Recommended(engine, "ann", new RecommendationQuery { Category = "shoes" }, reply => reply.Items.All(item => item.ItemId != "A") && reply.Items.Count == 2);
        Assert.Equal(["B", "new"], shoes.Items.Select(item => item.ItemId));

        // A retry is the same answer, without what was deleted since.
        var again = await engine.Grain("ann").Recommend(retried);
        Assert.Equal((first.DecisionId, true), (again.DecisionId, again.IsRepeat));
        Assert.Equal(["new"], again.Items.Select(item => item.ItemId));
        var all = await engine.Grain("ann").Recommend(new RecommendationQuery());
        Assert.DoesNotContain("A", all.Items.Select(item => item.ItemId));
    }

    [Fact]
    public async Task Lists_without_a_customer_come_from_the_same_indexes()
    {
        await using var engine = await EngineCluster.Start();
        for (var i = 0; i < 10; i++)
        {
            await engine.Post($"c{i}", item: "A");
            await engine.Post($"c{i}", item: "B");
            await engine.Post($"d{i}", item: "C");
        }

        await Learned(engine);
        await Recommended(engine, "nobody", new RecommendationQuery(), reply => reply.IndexPosition >= 30);
        var lists = engine.Client.GetGrain<IItemListGrain>("default");
        var similar = await lists.List(new ItemListQuery { ItemId = "A", Count = 1 });
        Assert.Equal(("B", RecommendationReasonKind.AlsoViewed, "A"), (similar.Items[0].ItemId, similar.Items[0].Reasons[0].Kind, similar.Items[0].Reasons[0].ItemId));
        var trending = await lists.List(new ItemListQuery { Count = 5 });
        Assert.Equal(["A", "B", "C"], trending.Items.Select(item => item.ItemId).Order());
    }

    [Fact]
    public async Task An_old_time_asks_for_what_was_trending_at_the_newest_click_also_for_a_customer_that_nobody_knows()
    {
        const long LongAgo = 1_577_836_800_000; // 2020-01-01
        await using var engine = await EngineCluster.Start();
        for (var i = 0; i < 3; i++) await engine.Post($"c{i}", item: i < 2 ? "A" : "B");
        await Learned(engine);
        await Recommended(engine, "nobody", new RecommendationQuery(), reply => reply.IndexPosition >= 3);
        var lists = engine.Client.GetGrain<IItemListGrain>("default");
        RecommendationReply[] replies =
        [
            await lists.List(new ItemListQuery { Count = 5, At = LongAgo, Explain = true }),
            await engine.Grain("nobody").Recommend(new RecommendationQuery { At = LongAgo, DryRun = true, Explain = true }),
            await engine.Grain("nobody").Recommend(new RecommendationQuery { At = LongAgo, DryRun = true, Explain = true, Items = ["B", "A"], Count = 2 }),
        ];
        Assert.All(replies, reply =>
        {
            Assert.Equal(["A", "B"], reply.Items.Select(item => item.ItemId));
            Assert.All(reply.Items, item => Assert.True(double.IsFinite(item.Score) && item.Parts!.Trending is > 0 and <= 1));
        });
    }

    [Fact]
    public async Task An_item_that_was_put_but_never_clicked_is_cited_by_its_name_though_it_cannot_be_had()
    {
        await using var engine = await EngineCluster.Start();
        for (var i = 0; i < 40; i++) await Put(engine, $"other-{i}", 1, $$"""{"itemId":"other-{{i}}","category":"c{{i % 20}}","price":{{1 + i}}}""");
        await Put(engine, "A", 1, """{"itemId":"A","category":"shoes","brand":"Fleet"}""");
        await Put(engine, "gone", 1, """{"itemId":"gone","category":"shoes","brand":"Fleet","available":false}""");
        var onItsPage = await Recommended(engine, "ann", new RecommendationQuery { ContextItem = "gone", Count = 1 }, reply => reply.Items.Count == 1 && reply.Items[0].ItemId == "A");
        Assert.Equal((RecommendationReasonKind.SimilarItem, "gone"), (onItsPage.Items[0].Reasons[0].Kind, onItsPage.Items[0].Reasons[0].ItemId));
        var similar = await engine.Client.GetGrain<IItemListGrain>("default").List(new ItemListQuery { ItemId = "gone", Count = 1 });
        Assert.Equal(("A", "gone"), (similar.Items[0].ItemId, similar.Items[0].Reasons[0].ItemId));
    }

    [Fact]
    public async Task What_nobody_can_name_is_left_out_and_no_hash_is_shown()
    {
        Recommendation[] chosen = [new() { Item = 7, CitedItem = 8 }, new() { Item = 9, ItemId = "A", CitedItem = 8 }, new() { Item = 9, ItemId = "A", CitedItem = 10 }];
        var items = await CustomerRecommendations.Describe(chosen, false, new NameCache(new MemoryNameStore()), [KeyValuePair.Create(10UL, "B")], _ => null);
        Assert.Equal([("A", null), ("A", "B")], items.Select(item => (item.ItemId, item.Reasons[0].ItemId)));
    }

    private static ILearnerGrain Items(EngineCluster engine) => engine.Client.GetGrain<ILearnerGrain>("items");

    /// <summary>Everything accepted so far is committed, learned and stored.</summary>
    private static async Task Learned(EngineCluster engine)
    {
        await engine.Drain();
        Assert.True(await Items(engine).Drain(Patience.Limit), "the clicks were not learned in time");
    }

    private static Task Put(EngineCluster engine, string item, long version, string? document) =>
        engine.Client.GetGrain<ICatalogueGrain>("default").Publish([new ItemChange(item, version, document is null ? null : Encoding.UTF8.GetBytes(document))]);

    /// <summary>Asks until the silo's replica has what a test waits for: replicas follow on their own.</summary>
    private static async Task<RecommendationReply> Recommended(EngineCluster engine, string customer, RecommendationQuery query, Func<RecommendationReply, bool> until)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var reply = await engine.Grain(customer).Recommend(query);
            if (until(reply)) return reply;
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience.Limit, $"not in time: {reply.IndexPosition} clicks, {string.Join(", ", reply.Items.Select(item => item.ItemId))}");
            await Task.Delay(10);
        }
    }
}
