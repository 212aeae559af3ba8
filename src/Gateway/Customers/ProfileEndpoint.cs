using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Customers;

/// <summary><c>GET /v1/customers/{id}</c>: the live profile.</summary>
internal static class ProfileEndpoint
{
    /// <summary>Maps the call.</summary>
    public static void MapProfile(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/customers/{id}", Get)
        .RequireAuthorization(AccessPolicies.Read)
        .WithName("getCustomer").WithTags("Customers")
        .WithSummary("Read a customer's live profile; with after=<eventId> it holds your own click")
        .Produces<ProfileResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Get(string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, string? at = null, string? after = null)
    {
        var reply = await Read(id, customers, options, at, after);
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(reply.ToResponse(id), GatewayJson.Default.ProfileResponse);
    }

    /// <summary>Asks the customer.</summary>
    /// <exception cref="ProblemException">The id, the time or the event id is not valid, or the time lies before the newest event.</exception>
    public static async Task<ProfileReply> Read(string id, CustomerGrains customers, PersonalizationOptions options, string? at, string? after)
    {
        var key = CustomerIds.Parse(id, options);
        after = Ids.Optional("after", after);
        var reply = await customers.Of(key).GetProfile(new ProfileQuery(Instants.Parse("at", at), after));
        return reply.AtBeforeNewest ? throw InThePast(reply.NewestEventTime) : reply;
    }

    /// <summary>The problem of a time before the newest event.</summary>
    public static ProblemException InThePast(long? newestEventTime)
    {
        var problem = new ProblemException(
            StatusCodes.Status422UnprocessableEntity,
            "The time lies in the past",
            "at must not be before the customer's newest event: there is no time travel yet");
        problem.Extensions["newestEventAt"] = Instants.ToUtc(newestEventTime);
        return problem;
    }
}
