using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Items;

/// <summary>
/// <c>/v1/items</c>: the catalogue. Versions are ETags, so that two writers cannot overwrite each other unseen. An item is named in the path, or as <c>?itemId=</c>: no path
/// holds an id with a slash.
/// </summary>
internal static class ItemEndpoints
{
    private const string Example = """{"title":"Trail shoe","category":"shoes.running","brand":"Fleet","price":89.9,"currency":"EUR","available":true,"tags":["new"],"attributes":{"colour":"blue"}}""";
    private const string BatchExample = """[{"itemId":"sku-1","title":"Trail shoe","category":"shoes.running","price":89.9},{"itemId":"sku-2","title":"Sock","category":"socks","price":9.5}]""";

    /// <summary>Maps the calls.</summary>
    public static void MapItems(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapGroup("/v1/items").WithTags("Items");
        calls.MapPut("/{id}", (string id, HttpContext context, ItemResource items) => items.Put(id, context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("putItem").WithSummary("Put an item; If-Match and If-None-Match guard against another writer")
            .WithRequestBody<CatalogItem>(("application/json", Example))
            .Produces<CatalogItem>().Produces<CatalogItem>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        calls.MapGet("/{id}", (string id, HttpContext context, ItemResource items) => items.Get(id, context)).RequireAuthorization(AccessPolicies.Read)
            .WithName("getItem").WithSummary("Read an item")
            .Produces<CatalogItem>().ProducesProblem(StatusCodes.Status404NotFound);
        calls.MapDelete("/{id}", (string id, HttpContext context, ItemResource items) => items.Delete(id, context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("deleteItem").WithSummary("Delete an item")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        calls.MapPut("", (string itemId, HttpContext context, ItemResource items) => items.Put(itemId, context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("putItemById").WithSummary("Put an item under any id, those that hold a slash too")
            .WithRequestBody<CatalogItem>(("application/json", Example))
            .Produces<CatalogItem>().Produces<CatalogItem>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        calls.MapDelete("", (string itemId, HttpContext context, ItemResource items) => items.Delete(itemId, context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("deleteItemById").WithSummary("Delete an item of any id, those that hold a slash too")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        calls.MapPost("", (HttpContext context, ItemResource items) => items.Post(context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("postItems").WithSummary("Put many items: an array or NDJSON; bad ones do not harm good ones")
            .WithRequestBody<CatalogItem[]>(("application/json", BatchExample), (EventEndpoints.NdJson, null))
            .Produces<DocumentBatchResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        calls.MapGet("", (HttpContext context, ItemResource items, string? itemId = null, string? cursor = null, int? limit = null) =>
                itemId is null ? items.List(context, cursor, limit) : items.Get(itemId, context)).RequireAuthorization(AccessPolicies.Read)
            .WithName("listItems").WithSummary("List the catalogue in the order of item ids; with itemId=, read that item")
            .Produces<ItemListResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .WithAlternativeAnswer<CatalogItem>();
    }
}
