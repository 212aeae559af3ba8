using System.Globalization;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Personalization.Configuration;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;
using Personalization.Stores;

namespace Personalization.Gateway.Items;

/// <summary><c>/v1/items</c>: the catalogue. Versions are ETags, so that two writers cannot overwrite each other unseen.</summary>
internal static class ItemEndpoints
{
    private const string Example = """{"title":"Trail shoe","category":"shoes.running","brand":"Fleet","price":89.9,"currency":"EUR","available":true,"tags":["new"],"attributes":{"colour":"blue"}}""";
    private const string BatchExample = """[{"itemId":"sku-1","title":"Trail shoe","category":"shoes.running","price":89.9},{"itemId":"sku-2","title":"Sock","category":"socks","price":9.5}]""";

    /// <summary>Maps the calls.</summary>
    public static void MapItems(this IEndpointRouteBuilder routes)
    {
        var items = routes.MapGroup("/v1/items").WithTags("Items");
        items.MapPut("/{id}", Put).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("putItem").WithSummary("Put an item; If-Match and If-None-Match guard against another writer")
            .WithRequestBody<CatalogItem>(("application/json", Example))
            .Produces<CatalogItem>().Produces<CatalogItem>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        items.MapGet("/{id}", Get).RequireAuthorization(AccessPolicies.Read)
            .WithName("getItem").WithSummary("Read an item")
            .Produces<CatalogItem>().ProducesProblem(StatusCodes.Status404NotFound);
        items.MapDelete("/{id}", Delete).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("deleteItem").WithSummary("Delete an item")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        items.MapPost("", Post).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("postItems").WithSummary("Put many items: an array or NDJSON; bad ones do not harm good ones")
            .WithRequestBody<CatalogItem[]>(("application/json", BatchExample), (EventEndpoints.NdJson, null))
            .Produces<ItemBatchResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        items.MapGet("", List).RequireAuthorization(AccessPolicies.Read)
            .WithName("listItems").WithSummary("List the catalogue in the order of item ids")
            .Produces<ItemListResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> Put(string id, HttpContext context, ItemCatalog catalog, Currencies currencies, PersonalizationOptions options, TimeProvider time)
    {
        if (ItemParser.IdError(id) is { } idError) throw ProblemException.BadRequest(idError);
        CatalogItem item;
        using (var body = await RequestBody.Read(context.Request, options.Limits.EventBytes, context.RequestAborted)) item = Read(body.Bytes.Span, id, time.GetUtcNow().UtcDateTime);
        if (await CurrencyFault(item, currencies, context.RequestAborted) is { } fault) throw ProblemException.BadRequest(fault);
        var expected = ExpectedVersion(context.Request);
        var version = (await catalog.Write([item], expected, context.RequestAborted))[0] ?? throw PreconditionFailed();
        context.Response.Headers.ETag = ETagOf(version);
        return TypedResults.Json(item, GatewayJson.Default.CatalogItem, statusCode: version == 1 ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<IResult> Get(string id, HttpContext context, ItemCatalog catalog)
    {
        if (ItemParser.IdError(id) is { } idError) throw ProblemException.BadRequest(idError);
        if (await catalog.Read(id, context.RequestAborted) is not var (item, version)) throw ProblemException.NotFound($"there is no item '{id}'");
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ETag = ETagOf(version);
        return context.Request.Headers.IfNoneMatch == ETagOf(version)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Json(item, GatewayJson.Default.CatalogItem);
    }

    private static async Task<IResult> Delete(string id, HttpContext context, ItemCatalog catalog)
    {
        if (ItemParser.IdError(id) is { } idError) throw ProblemException.BadRequest(idError);
        var expected = ExpectedVersion(context.Request);
        if (await catalog.Read(id, context.RequestAborted) is null) throw ProblemException.NotFound($"there is no item '{id}'");
        return await catalog.Delete(id, expected, context.RequestAborted) || expected == DocumentWrite.Any ? TypedResults.NoContent() : throw PreconditionFailed();
    }

    private static async Task<IResult> Post(HttpContext context, ItemCatalog catalog, Currencies currencies, PersonalizationOptions options, TimeProvider time)
    {
        var batch = new ItemBatch(options.Limits, time.GetUtcNow().UtcDateTime);
        using (var body = await RequestBody.Read(context.Request, options.Limits.RequestBytes, context.RequestAborted))
        {
            if (context.Request.ContentType?.StartsWith(EventEndpoints.NdJson, StringComparison.OrdinalIgnoreCase) == true) batch.ReadLines(body.Bytes.Span);
            else if (context.Request.HasJsonContentType()) batch.ReadJson(body.Bytes.Span);
            else throw new ProblemException(StatusCodes.Status415UnsupportedMediaType, "The content type is not known", $"Content-Type must be application/json or {EventEndpoints.NdJson}");
        }

        foreach (var (index, item) in batch.Items.ToArray())
            if (await CurrencyFault(item, currencies, context.RequestAborted) is { } fault) batch.Reject(index, fault);
        if (batch.Items.Count > 0) await catalog.Write([.. batch.Items.Select(item => item.Item)], DocumentWrite.Any, context.RequestAborted);
        batch.Rejected.Sort((left, right) => left.Index.CompareTo(right.Index));
        if (batch.Items.Count > 0 || batch.Rejected.Count == 0) return TypedResults.Json(new ItemBatchResponse(batch.Items.Count, batch.Rejected), GatewayJson.Default.ItemBatchResponse);
        var problem = new ProblemException(StatusCodes.Status400BadRequest, "No item is valid", batch.Rejected[0].Error);
        problem.Extensions["accepted"] = 0;
        problem.Extensions["rejected"] = batch.Rejected;
        throw problem;
    }

    private static async Task<IResult> List(HttpContext context, ItemCatalog catalog, string? cursor = null, int? limit = null)
    {
        var size = Paging.Limit(limit);
        var items = await catalog.List(Paging.Text(cursor), size, context.RequestAborted);
        return TypedResults.Json(new ItemListResponse(items, items.Count == size ? Paging.Cursor(items[^1].ItemId) : null), GatewayJson.Default.ItemListResponse);
    }

    private static CatalogItem Read(ReadOnlySpan<byte> body, string id, DateTime updatedAt)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            var item = ItemParser.Read(ref reader, id, updatedAt, out var error);
            reader.Read();
            return item ?? throw ProblemException.BadRequest(error!);
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }
    }

    private static async ValueTask<string?> CurrencyFault(CatalogItem item, Currencies currencies, CancellationToken cancellation)
    {
        if (item.Price is null) return null;
        if (currencies.NeedsAdoption(item.Currency)) await currencies.Adopt(item.Currency!, cancellation);
        return currencies.RateOf(item.Currency, out var fault) is null ? fault : null;
    }

    /// <summary><c>If-Match: "3"</c> wants version 3, <c>If-None-Match: *</c> wants none; without either any will do.</summary>
    private static long ExpectedVersion(HttpRequest request)
    {
        var ifNoneMatch = request.Headers.IfNoneMatch.ToString();
        if (ifNoneMatch == "*") return 0;
        if (ifNoneMatch.Length > 0) throw ProblemException.BadRequest("If-None-Match must be * on writes");
        var ifMatch = request.Headers.IfMatch.ToString();
        if (ifMatch.Length == 0) return DocumentWrite.Any;
        return EntityTagHeaderValue.TryParse(ifMatch, out var tag) && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw PreconditionFailed();
    }

    private static string ETagOf(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    private static ProblemException PreconditionFailed() => new(StatusCodes.Status412PreconditionFailed, "The item has another version", "read the item again and send its ETag as If-Match");
}
