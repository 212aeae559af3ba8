using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Decisions;

/// <summary><c>POST /v1/customers/{id}/next-best-action</c>.</summary>
internal static class NextBestActionEndpoint
{
    private const string Example = """{"slot":"home","context":{"device":"phone","temperature":21.5},"n":1}""";

    /// <summary>Maps the call.</summary>
    public static void MapNextBestAction(this IEndpointRouteBuilder routes) => routes.MapPost("/v1/customers/{id}/next-best-action", Post)
        .RequireAuthorization(AccessPolicies.Read)
        .WithName("decideNextBestAction").WithTags("Decisions")
        .WithSummary("Choose the next best action for a customer; no eligible action is an empty list")
        .WithRequestBody<NextBestActionRequest>(("application/json", Example))
        .Produces<NextBestActionResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Post(
        string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, EventClock clock, string? at = null, string? after = null, bool explain = false, bool? dryRun = null, string? traffic = null)
    {
        BodyObject.CheckQuery(context.Request, "at", "after", "explain", "dryRun", "traffic");
        var key = CustomerIds.ParseNew(id, options);
        after = Ids.Optional("after", after);
        NextBestActionRequest body;
        using (var bytes = await RequestBody.Read(context.Request, options.Limits.EventBytes, context.RequestAborted)) body = NextBestActionRequest.Read(bytes.Bytes.Span);
        var asked = Instants.Parse("at", at);
        var reply = await customers.Of(key).Decide(new DecisionRequest
        {
            Slot = body.Slot,
            Context = body.Context,
            Actions = body.Actions,
            N = body.N,
            IdempotencyKey = DecisionHeaders.ReadIdempotencyKey(context),
            At = asked,
            After = after,
            Now = await clock.Now(),
            DryRun = DecisionHeaders.IsDryRun(dryRun, asked, options),
            Explain = explain,
            Traffic = DecisionHeaders.ReadTraffic(traffic),
            Key = DecisionHeaders.KeyOf(context),
        });
        if (reply.Status == DecisionStatus.AtBeforeNewest) throw ProfileEndpoint.InThePast(reply.NewestEventTime);
        if (reply.Status == DecisionStatus.Unknown)
        {
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable,
                "The decision's outcome is not known",
                "the decision may have been recorded, but that was not confirmed in time; try again, with the same Idempotency-Key if there was one",
                ExceptionProblems.DefaultRetryAfter);
        }

        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(NextBestActionResponse.From(reply, id, body.Slot, explain), GatewayJson.Default.NextBestActionResponse);
    }
}
