using Personalization.Engine.Decisions.Actions;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Actions;

/// <summary><c>/v1/actions</c>: the action library. Versions are ETags, so that two writers cannot overwrite each other unseen.</summary>
internal static class ActionEndpoints
{
    private const string Example = """{"title":"Free shipping","value":12,"lever":1,"channel":"web","group":"service","slots":["home"],"validFrom":"2026-03-01T00:00:00Z","validTo":"2026-04-01T00:00:00Z","eligibility":"orders >= 1 and daysSinceLastPurchase > 30d","caps":[{"per":"action","limit":1,"days":7}],"purposes":["marketing"],"enabled":true,"attributes":{"image":"truck.svg"}}""";
    private const string BatchExample = """[{"actionId":"free-shipping","value":12},{"actionId":"ten-percent-off","value":20,"group":"discounts","caps":[{"per":"group","limit":1,"period":"12h"}]}]""";

    /// <summary>Maps the calls.</summary>
    public static void MapActions(this IEndpointRouteBuilder routes)
    {
        var calls = routes.MapGroup("/v1/actions").WithTags("Actions");
        calls.MapPut("/{id}", (string id, HttpContext context, ActionResource actions) => actions.Put(id, context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("putAction").WithSummary("Put an action; If-Match and If-None-Match guard against another writer")
            .WithRequestBody<ActionDefinition>(("application/json", Example))
            .Produces<ActionDefinition>().Produces<ActionDefinition>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status412PreconditionFailed).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        calls.MapGet("/{id}", (string id, HttpContext context, ActionResource actions) => actions.Get(id, context)).RequireAuthorization(AccessPolicies.Read)
            .WithName("getAction").WithSummary("Read an action")
            .Produces<ActionDefinition>().ProducesProblem(StatusCodes.Status404NotFound);
        calls.MapDelete("/{id}", (string id, HttpContext context, ActionResource actions) => actions.Delete(id, context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("deleteAction").WithSummary("Delete an action")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed);
        calls.MapPost("", (HttpContext context, ActionResource actions) => actions.Post(context)).RequireAuthorization(AccessPolicies.Ingest)
            .WithName("postActions").WithSummary("Put many actions: an array or NDJSON; bad ones do not harm good ones")
            .WithRequestBody<ActionDefinition[]>(("application/json", BatchExample), (EventEndpoints.NdJson, null))
            .Produces<DocumentBatchResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        calls.MapGet("", (HttpContext context, ActionResource actions, string? cursor = null, int? limit = null) => actions.List(context, cursor, limit)).RequireAuthorization(AccessPolicies.Read)
            .WithName("listActions").WithSummary("List the action library in the order of action ids")
            .Produces<ActionListResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
    }
}
