using System.Text;
using Personalization.Customers;
using Personalization.Gateway.Tests.Hosting;
using Personalization.Items;

namespace Personalization.Gateway.Tests.Recommendations;

public sealed class RecommendationEndpointTests
{
    private static readonly long Now = TestGateway.Now.ToUnixTimeMilliseconds();

    private static readonly RecommendationReply Reply = new()
    {
        At = Now,
        CaughtUp = true,
        AfterFound = true,
        IndexPosition = 42,
        Items =
        [
            new RecommendedItem
            {
                ItemId = "B",
                Score = 0.9,
                Reasons = [new RecommendationReason { Kind = RecommendationReasonKind.AlsoViewed, ItemId = "A", EventId = "e1", At = Now - 1000 }],
                Parts = new ScoreParts(0.8, 0.5, 0.1, true, false),
            },
            new RecommendedItem { ItemId = "C", Score = 0.1, Reasons = [new RecommendationReason { Kind = RecommendationReasonKind.Trending }] },
        ],
    };

    [Fact]
    public async Task Every_parameter_reaches_the_customer_and_the_answer_has_the_shape_of_the_contract()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").AnswerRecommend = _ => Reply;
        var answer = await gateway.Get("/v1/customers/c/recommendations?slot=home&n=2&item=A&category=shoes&repeats=exclude&explain=true&at=2026-03-01T12:00:00Z&after=e1");
        Assert.Equal(200, answer.Status);
        Assert.Equal("no-store", answer.Headers["Cache-Control"]);
        Assert.Equal(
            new RecommendationQuery { At = Now, After = "e1", Slot = "home", Count = 2, ContextItem = "A", Category = "shoes", Repeats = RepeatRule.Exclude, Explain = true, Now = Now, DryRun = true },
            Assert.Single(gateway.Grains.Customer("default/c").RecommendationQueries));
        const string Expected = """
            {"customerId":"c","slot":"home","items":[{"itemId":"B","score":0.9,"propensity":1,"reasons":[{"kind":"alsoViewed","text":"It was looked at together with A",
            "itemId":"A","eventId":"e1","at":"2026-03-01T11:59:59Z"}],"parts":{"nextItem":0.8,"affinity":0.5,"trending":0.1,"seen":true,"purchased":false}},
            {"itemId":"C","score":0.1,"propensity":1,"reasons":[{"kind":"trending","text":"Many look at it now"}]}],"source":"session","explored":false,"durable":true,"repeat":false,
            "at":"2026-03-01T12:00:00Z","indexPosition":42,"caughtUp":true,"afterFound":true,"stale":false}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), answer.Text);
    }

    [Theory]
    [InlineData(RecommendationReasonKind.BoughtBefore, "A", "boughtBefore", "The customer bought it before")]
    [InlineData(RecommendationReasonKind.SeenBefore, "A", "seenBefore", "The customer looked at it before")]
    [InlineData(RecommendationReasonKind.Viewed, null, "viewed", "It has been looked at")]
    [InlineData(RecommendationReasonKind.AlsoViewed, null, "alsoViewed", "It was looked at together with an item of the customer")]
    public async Task A_reason_has_a_kind_and_a_sentence_also_where_nobody_knows_the_items_name(RecommendationReasonKind kind, string? item, string expectedKind, string expectedText)
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Lists.Answer = Reply with { Items = [new RecommendedItem { ItemId = "B", Reasons = [new RecommendationReason { Kind = kind, ItemId = item }] }] };
        var reason = (await gateway.Get("/v1/trending")).Json.GetProperty("items")[0].GetProperty("reasons")[0];
        Assert.Equal((expectedKind, expectedText), (reason.GetProperty("kind").GetString(), reason.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Without_parameters_ten_items_are_asked_for_and_what_was_seen_is_demoted()
    {
        await using var gateway = await TestGateway.Start();
        Assert.Equal(200, (await gateway.Get("/v1/customers/anon:v1/recommendations")).Status);
        Assert.Equal(new RecommendationQuery { Count = 10, Now = Now }, Assert.Single(gateway.Grains.Customer("default/anon:v1").RecommendationQueries));
    }

    [Fact]
    public async Task The_callers_own_items_are_put_in_order()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").AnswerRecommend = _ => Reply;
        var answer = await gateway.Post("/v1/customers/c/recommendations?item=X", """{"items":["B","C"]}""");
        Assert.Equal(200, answer.Status);
        var query = Assert.Single(gateway.Grains.Customer("default/c").RecommendationQueries);
        Assert.Equal(["B", "C"], query.Items!);
        Assert.Equal((2, RepeatRule.Allow, "X"), (query.Count, query.Repeats, query.ContextItem));
    }

    [Theory]
    [InlineData("?n=0", "n must be between 1 and 100, but is 0")]
    [InlineData("?n=101", "n must be between 1 and 100")]
    [InlineData("?repeats=never", "repeats must be demote, allow or exclude, but is 'never'")]
    [InlineData("?item=a%07b", "item must not contain control characters")]
    [InlineData("?at=tomorrow", "at must be an ISO 8601 time")]
    [InlineData("?after=a%2Fb", "after must not contain '/'")]
    public async Task What_is_not_valid_is_told(string query, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Get("/v1/customers/c/recommendations" + query);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "items must be an array")]
    [InlineData("""{"items":[]}""", "items must be an array")]
    [InlineData("""{"items":["a\u0007"]}""", "items[0] must not contain control characters")]
    [InlineData("""{"items":[null]}""", "items[0] must be an item id")]
    [InlineData("""{"items":["a",1]}""", "items[1] must be a string, but is a number")]
    [InlineData("""{"items":"x"}""", "items must be an array, each an item id, but is a string")]
    [InlineData("""{"items":["a"],"n":0}""", "n must be a whole number between 1 and 1000")]
    [InlineData("""{"items":["a"],"n":"x"}""", "n must be a whole number between 1 and 1000")]
    [InlineData("""{"items":["a"],"repeats":"allow"}""", "'repeats' is not known here; known are items and n; everything else belongs in the query")]
    [InlineData("[]", "the body must be a JSON object such as")]
    [InlineData("[", "JSON")]
    public async Task A_bad_rerank_is_told(string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post("/v1/customers/c/recommendations", body);
        Assert.Equal(400, answer.Status);
        Assert.Contains(expected, answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?category=shoes", """{"items":["a"]}""", "the parameter 'category' is not known here; known in the query are slot, n, item")]
    [InlineData("?n=1", """{"items":["a"],"n":1}""", "n is in the query and in the body")]
    public async Task A_parameter_that_a_rerank_does_not_use_is_refused(string query, string body, string expected)
    {
        await using var gateway = await TestGateway.Start();
        var answer = await gateway.Post("/v1/customers/c/recommendations" + query, body);
        Assert.Equal(400, answer.Status);
        Assert.StartsWith(expected, answer.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rerank_takes_its_number_also_from_the_query()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.Post("/v1/customers/c/recommendations?n=1&slot=home&explain=true&repeats=exclude", """{"items":["a","b"]}""");
        var query = Assert.Single(gateway.Grains.Customer("default/c").RecommendationQueries);
        Assert.Equal((1, "home", true, RepeatRule.Exclude), (query.Count, query.Slot, query.Explain, query.Repeats));
    }

    [Fact]
    public async Task A_time_before_the_newest_event_is_unprocessable()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Customer("default/c").AnswerRecommend = _ => new RecommendationReply { AtBeforeNewest = true, NewestEventTime = Now };
        Assert.Equal(422, (await gateway.Get("/v1/customers/c/recommendations?at=2020-01-01T00:00:00Z")).Status);
    }

    [Fact]
    public async Task Lists_need_no_customer()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Grains.Lists.Answer = Reply;
        var similar = await gateway.Get("/v1/items/A/similar?n=3");
        Assert.Equal("B", similar.Json.GetProperty("items")[0].GetProperty("itemId").GetString());
        var trending = await gateway.Get("/v1/trending?category=shoes");
        Assert.Equal(200, trending.Status);
        Assert.Equal([new ItemListQuery { ItemId = "A", Count = 3 }, new ItemListQuery { Category = "shoes" }], gateway.Grains.Lists.Queries);
        Assert.Equal(400, (await gateway.Get("/v1/trending?n=0")).Status);
    }

    [Theory]
    [InlineData("/v1/customers/c/recommendations")]
    [InlineData("/v1/items/A/similar")]
    [InlineData("/v1/trending")]
    public async Task A_key_that_may_read_is_asked_for(string path)
    {
        await using var gateway = await TestGateway.Start(options => options.Keys.Read = ["read-key-0123456789"]);
        Assert.Equal(401, (await gateway.Get(path)).Status);
        Assert.Equal(200, (await gateway.Get(path, ("X-Api-Key", "read-key-0123456789"))).Status);
    }

    [Fact]
    public async Task Silos_are_told_of_items_as_they_are_put_and_deleted_and_a_lost_notice_fails_nothing()
    {
        await using var gateway = await TestGateway.Start();
        await gateway.Send(HttpMethod.Put, "/v1/items/A", TestGateway.Body("""{"title":"Shoe","category":"shoes","price":5}"""));
        await gateway.Send(HttpMethod.Put, "/v1/items/A", TestGateway.Body("""{"category":"hats","available":false}"""));
        await gateway.Post("/v1/items", """[{"itemId":"B"},{"itemId":"C","brand":"x"}]""");
        await gateway.Send(HttpMethod.Delete, "/v1/items/A");
        Assert.Equal(
            [("A", 1L, """{"itemId":"A","category":"shoes","price":5,"available":true}"""), ("A", 2, """{"itemId":"A","category":"hats","available":false}"""),
                ("B", 1, """{"itemId":"B","available":true}"""), ("C", 1, """{"itemId":"C","brand":"x","available":true}"""), ("A", 0, null)],
            gateway.Grains.Catalogue.Changes.Select(change => (change.ItemId, change.Version, change.Document is null ? null : Encoding.UTF8.GetString(change.Document))));
        Assert.NotNull(await gateway.Documents.Read("deleted-item/default/A"));

        gateway.Grains.Catalogue.Fault = new TimeoutException();
        Assert.Equal(201, (await gateway.Send(HttpMethod.Put, "/v1/items/D", TestGateway.Body("{}"))).Status);
    }
}
