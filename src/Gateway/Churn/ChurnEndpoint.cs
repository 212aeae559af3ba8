using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Churn;

/// <summary><c>GET /v1/customers/{id}/churn</c>: will this customer buy again?</summary>
internal static class ChurnEndpoint
{
    /// <summary>Maps the call.</summary>
    public static void MapChurn(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/customers/{id}/churn", Get)
        .RequireAuthorization(AccessPolicies.Read)
        .WithName("getChurn").WithTags("Customers")
        .WithSummary("Score a customer's churn: P(no purchase within the horizon), P(alive), lifetime value, when to act, and why")
        .Produces<ChurnResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Get(string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, string? at = null, string? after = null)
    {
        var key = CustomerIds.Parse(id, options);
        after = Ids.Optional("after", after);
        var reply = await customers.Of(key).GetChurn(new ChurnQuery(Instants.Parse("at", at), after));
        if (reply.AtBeforeNewest) throw ProfileEndpoint.InThePast(reply.NewestEventTime);
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(ChurnResponse.From(reply, id), GatewayJson.Default.ChurnResponse);
    }
}
