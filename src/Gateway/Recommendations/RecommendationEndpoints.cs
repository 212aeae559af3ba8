using System.Globalization;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Decisions;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;
using Personalization.Items;

namespace Personalization.Gateway.Recommendations;

/// <summary>
/// <c>/v1/customers/{id}/recommendations</c>: items for a customer, chosen (GET) or the caller's own put in order (POST); and lists without a customer,
/// <c>/v1/items/{id}/similar</c> (or <c>/v1/similar?itemId=</c>) and <c>/v1/trending</c>.
/// </summary>
internal static class RecommendationEndpoints
{
    private const int MaxItems = 100;
    private const int MaxGiven = 1000;
    private const int DefaultItems = 10;
    private const string RerankExample = """{"items":["sku-1","sku-2","sku-3"],"n":2}""";

    /// <summary>Maps the calls.</summary>
    public static void MapRecommendations(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/customers/{id}/recommendations", Recommend).RequireAuthorization(AccessPolicies.Read)
            .WithName("getRecommendations").WithTags("Recommendations").WithSummary("Recommend items to a customer, with reasons that cite the customer's own events")
            .Produces<RecommendationsResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapPost("/v1/customers/{id}/recommendations", Rerank).RequireAuthorization(AccessPolicies.Read)
            .WithName("rerank").WithTags("Recommendations").WithSummary("Put your own items in order for a customer; items that cannot be had are left out")
            .WithRequestBody<RerankRequest>(("application/json", RerankExample))
            .Produces<RecommendationsResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/v1/items/{id}/similar", Similar).RequireAuthorization(AccessPolicies.Read)
            .WithName("getSimilarItems").WithTags("Recommendations").WithSummary("Items that go with an item: what others looked at with it, and what is like it")
            .Produces<ItemListAnswer>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/v1/similar", (string itemId, HttpContext context, IGrainFactory grains, PersonalizationOptions options, int? n = null, string? category = null, bool explain = false, string? at = null) =>
                Similar(itemId, context, grains, options, n, category, explain, at)).RequireAuthorization(AccessPolicies.Read)
            .WithName("getSimilarItemsOf").WithTags("Recommendations").WithSummary("The same for any item id, those that hold a slash too")
            .Produces<ItemListAnswer>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/v1/trending", Trending).RequireAuthorization(AccessPolicies.Read)
            .WithName("getTrending").WithTags("Recommendations").WithSummary("Items that many look at now")
            .Produces<ItemListAnswer>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static Task<IResult> Recommend(
        string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, EventClock clock,
        string? slot = null, int? n = null, string? item = null, string? category = null, string? repeats = null, bool explain = false, string? at = null, string? after = null, bool? dryRun = null,
        string? traffic = null) =>
        Ask(id, context, customers, options, clock, dryRun, new RecommendationQuery
        {
            At = Instants.Parse("at", at),
            After = Ids.Optional("after", after),
            Slot = Ids.Optional("slot", slot),
            Count = Count(n, DefaultItems, MaxItems),
            ContextItem = Ids.Optional("item", item, IdKind.Item),
            Category = Label("category", category),
            Repeats = Rule(repeats, RepeatRule.Demote),
            Explain = explain,
            Traffic = DecisionHeaders.ReadTraffic(traffic),
        });

    private static async Task<IResult> Rerank(
        string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, EventClock clock,
        string? slot = null, int? n = null, string? item = null, string? repeats = null, bool explain = false, string? at = null, string? after = null, bool? dryRun = null,
        string? traffic = null)
    {
        BodyObject.CheckQuery(context.Request, "slot", "n", "item", "repeats", "explain", "at", "after", "dryRun", "traffic");
        RerankRequest request;
        using (var body = await RequestBody.Read(context.Request, options.Limits.RequestBytes, context.RequestAborted)) request = Read(body.Bytes.Span);
        if (n is not null && request.N is not null) throw ProblemException.BadRequest("n is in the query and in the body: give it once");
        var items = request.Items!;
        return await Ask(id, context, customers, options, clock, dryRun, new RecommendationQuery
        {
            At = Instants.Parse("at", at),
            After = Ids.Optional("after", after),
            Slot = Ids.Optional("slot", slot),
            Count = Math.Min(items.Count, Count(n ?? request.N, items.Count, MaxGiven)),
            ContextItem = Ids.Optional("item", item, IdKind.Item),
            Repeats = Rule(repeats, RepeatRule.Allow),
            Explain = explain,
            Traffic = DecisionHeaders.ReadTraffic(traffic),
            Items = items,
        });
    }

    private static async Task<IResult> Ask(string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, EventClock clock, bool? dryRun, RecommendationQuery query)
    {
        var key = CustomerIds.ParseNew(id, options);
        var reply = await customers.Of(key).Recommend(query with
        {
            IdempotencyKey = DecisionHeaders.ReadIdempotencyKey(context),
            Now = await clock.Now(),
            DryRun = DecisionHeaders.IsDryRun(dryRun, query.At, options),
        });
        if (reply.AtBeforeNewest) throw ProfileEndpoint.InThePast(reply.NewestEventTime);
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(RecommendationsResponse.From(reply, id, query.Slot), GatewayJson.Default.RecommendationsResponse);
    }

    private static Task<IResult> Similar(
        string id, HttpContext context, IGrainFactory grains, PersonalizationOptions options, int? n = null, string? category = null, bool explain = false, string? at = null)
    {
        Ids.Check("id", id, IdKind.Item);
        return List(context, grains, options, new ItemListQuery { ItemId = id, Count = Count(n, DefaultItems, MaxItems), Category = Label("category", category), Explain = explain, At = Instants.Parse("at", at) });
    }

    private static Task<IResult> Trending(
        HttpContext context, IGrainFactory grains, PersonalizationOptions options, int? n = null, string? category = null, bool explain = false, string? at = null) =>
        List(context, grains, options, new ItemListQuery { Count = Count(n, DefaultItems, MaxItems), Category = Label("category", category), Explain = explain, At = Instants.Parse("at", at) });

    private static async Task<IResult> List(HttpContext context, IGrainFactory grains, PersonalizationOptions options, ItemListQuery query)
    {
        var reply = await grains.GetGrain<IItemListGrain>(options.Tenant).List(query);
        context.Response.Headers.CacheControl = "no-store";
        var answer = new ItemListAnswer([.. reply.Items.Select(RecommendedItemResponse.From)], Instants.ToUtc(reply.At), reply.IndexPosition);
        return JsonAnswer.Of(answer, GatewayJson.Default.ItemListAnswer);
    }

    private static RerankRequest Read(ReadOnlySpan<byte> body)
    {
        var request = new RerankRequest(null, null);
        BodyObject.Read(body, RerankExample, "items and n; everything else belongs in the query", (ref reader, name, fail) =>
        {
            switch (name)
            {
                case "items": request = request with { Items = BodyObject.Ids(ref reader, name, "an item id", MaxGiven, fail, IdKind.Item) }; return true;
                case "n": request = request with { N = BodyObject.Wanted(ref reader, name, MaxGiven, fail) }; return true;
                default: return false;
            }
        });
        return request.Items is { Count: > 0 } ? request : throw ProblemException.BadRequest("items must be an array of at least one item id");
    }

    private static int Count(int? n, int standard, int most) => n switch
    {
        null => standard,
        >= 1 when n <= most => n.Value,
        _ => throw ProblemException.BadRequest(string.Create(CultureInfo.InvariantCulture, $"n must be between 1 and {most}, but is {n}")),
    };

    /// <summary>A name as items and events have it; an empty one is none.</summary>
    private static string? Label(string name, string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        return System.Text.Encoding.UTF8.GetByteCount(text) <= Partitions.CustomerKey.MaxIdBytes ? text : throw ProblemException.BadRequest($"{name} must be at most {Partitions.CustomerKey.MaxIdBytes} bytes of UTF-8");
    }

    private static RepeatRule Rule(string? repeats, RepeatRule standard) => repeats switch
    {
        null or "" => standard,
        "demote" => RepeatRule.Demote,
        "allow" => RepeatRule.Allow,
        "exclude" => RepeatRule.Exclude,
        _ => throw ProblemException.BadRequest($"repeats must be demote, allow or exclude, but is '{repeats}'"),
    };
}
