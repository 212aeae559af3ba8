using System.Text.Json.Serialization;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Decisions;

/// <summary><c>POST /v1/decisions/{id}/reward</c>: what became of a choice.</summary>
internal static class RewardEndpoint
{
    private const int MaxOutcomeBytes = 256;

    /// <summary>Maps the call.</summary>
    public static void MapReward(this IEndpointRouteBuilder routes) => routes.MapPost("/v1/decisions/{id}/reward", Post)
        .RequireAuthorization(AccessPolicies.Ingest)
        .WithName("rewardDecision").WithTags("Decisions")
        .WithSummary("Reward a decision; repeats are harmless, and after the window nothing changes")
        .WithRequestBody<RewardBody>(("application/json", """{"value":1}"""))
        .Produces<RewardResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Post(string id, HttpContext context, CustomerGrains customers, PersonalizationOptions options, DecisionSigningKey signing, EventClock clock)
    {
        (double Value, string? Choice) reward;
        using (var body = await RequestBody.Read(context.Request, options.Limits.EventBytes, context.RequestAborted)) reward = Read(body.Bytes.Span);
        if (!DecisionId.TryRead(options.Tenant, id, await signing.Get(context.RequestAborted), out var customer, out var shortId))
            throw ProblemException.NotFound("there is no such decision: the id was not made here");
        var outcome = await customers.Of(customer).GiveReward(new RewardRequest(shortId, reward.Choice, reward.Value, await clock.Now()));
        context.Response.Headers.CacheControl = "no-store";
        return outcome switch
        {
            RewardOutcome.Applied => Answer(null),
            RewardOutcome.WindowClosed => Answer("windowClosed"),
            RewardOutcome.AlreadyRewarded => Answer("alreadyRewarded"),
            RewardOutcome.NotChosen => throw ProblemException.BadRequest($"the decision did not choose '{reward.Choice}'"),
            _ => throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable, "The reward's outcome is not known", "the reward was not confirmed in time; try again: it counts once", ExceptionProblems.DefaultRetryAfter),
        };
    }

    private static IResult Answer(string? reason) => JsonAnswer.Of(new RewardResponse(reason is null, reason), GatewayJson.Default.RewardResponse);

    private static (double Value, string? Choice) Read(ReadOnlySpan<byte> json)
    {
        var body = new RewardBody();
        BodyObject.Read(json, """{"value":1}""", "value, outcome, actionId and itemId", (ref reader, name, fail) =>
        {
            switch (name)
            {
                case "value": body = body with { Value = DocumentValues.Number(ref reader, name, fail) }; return true;
                case "outcome": body = body with { Outcome = JsonValues.Text(ref reader, name, MaxOutcomeBytes, fail) }; return true;
                case "actionId": body = body with { ActionId = JsonValues.Id(ref reader, name, fail) }; return true;
                case "itemId": body = body with { ItemId = JsonValues.Id(ref reader, name, fail, IdKind.Item) }; return true;
                default: return false;
            }
        });
        if ((body.Value is null) == (body.Outcome is null)) throw ProblemException.BadRequest("""the body must have either a value from 0 to 1 or an outcome: {"value":1} or {"outcome":"accepted"}""");
        if (body is { ActionId: not null, ItemId: not null }) throw ProblemException.BadRequest("actionId and itemId both name the choice: give one of them");
        var value = body.Value ?? body.Outcome switch
        {
            "accepted" => 1,
            "rejected" => 0,
            _ => throw ProblemException.BadRequest($"outcome must be accepted or rejected, but is '{body.Outcome}'"),
        };
        return value is >= 0 and <= 1 ? (value, body.ActionId ?? body.ItemId) : throw ProblemException.BadRequest("value must be a number from 0 to 1");
    }
}

/// <summary>What became of a choice.</summary>
public sealed record RewardBody
{
    /// <summary>The reward, 0 to 1.</summary>
    public double? Value { get; init; }

    /// <summary>In place of a value: <c>accepted</c> = 1, <c>rejected</c> = 0.</summary>
    public string? Outcome { get; init; }

    /// <summary>Which of the chosen actions; the first if left out.</summary>
    public string? ActionId { get; init; }

    /// <summary>Which of the recommended items; the first if left out.</summary>
    public string? ItemId { get; init; }
}

/// <summary>What became of a reward.</summary>
/// <param name="Applied">Whether it counts.</param>
/// <param name="Reason">Why it does not: <c>windowClosed</c> or <c>alreadyRewarded</c>; left out if it does.</param>
public sealed record RewardResponse(bool Applied, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);
