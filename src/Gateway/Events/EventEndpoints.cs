using System.Net.Mime;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;
using Personalization.Log;

namespace Personalization.Gateway.Events;

/// <summary><c>POST /v1/events</c>: every form in which producers send events.</summary>
internal static class EventEndpoints
{
    /// <summary>One event a line.</summary>
    public const string NdJson = "application/x-ndjson";

    /// <summary>Maps the call.</summary>
    public static void MapEvents(this IEndpointRouteBuilder routes) => routes.MapPost("/v1/events", Post)
        .RequireAuthorization(AccessPolicies.Ingest)
        .WithName("postEvents").WithTags("Events")
        .WithSummary("Send events: one, an array, NDJSON or CloudEvents; durable when answered")
        .WithRequestBody<EventRequest>(
            (MediaTypeNames.Application.Json, EventExamples.One), (NdJson, null), (CloudEventForms.Structured, EventExamples.CloudEvent), (CloudEventForms.Batch, $"[{EventExamples.CloudEvent}]"))
        .Produces<IngestResponse>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Post(HttpContext context, EventIngestion ingestion, ProducerLimits producers, PersonalizationOptions options, string? traffic = null)
    {
        var kind = ReadTraffic(traffic);
        producers.Check(context);
        List<EventDraft> drafts;
        using (var body = await RequestBody.Read(context.Request, options.Limits.RequestBytes, context.RequestAborted, mayBeEmpty: CloudEventForms.IsBinary(context.Request)))
            drafts = Read(context.Request, body.Bytes, options.Limits);
        producers.Take(context, drafts.Count);
        await ingestion.Ingest(drafts, kind, context.RequestAborted);
        var response = IngestResponse.Of(drafts);
        if (response.Accepted == 0 && response.Rejected.Count > 0) throw AllRejected(drafts, response);
        var wait = LongestWait(drafts);
        if (wait > TimeSpan.Zero) context.Response.Headers.RetryAfter = ExceptionProblems.Seconds(wait);
        return JsonAnswer.Of(response, GatewayJson.Default.IngestResponse, StatusCodes.Status202Accepted);
    }

    private static List<EventDraft> Read(HttpRequest request, ReadOnlyMemory<byte> body, LimitOptions limits)
    {
        if (CloudEventForms.IsBinary(request)) return CloudEventForms.ReadBinary(request, body, limits);
        return ContentTypes.Of(request) switch
        {
            NdJson => EventForms.ReadLines(body.Span, limits),
            CloudEventForms.Structured => CloudEventForms.ReadStructured(body, limits),
            CloudEventForms.Batch => CloudEventForms.ReadBatch(body, limits),
            _ => EventForms.ReadJson(body.Span, limits),
        };
    }

    private static Traffic ReadTraffic(string? traffic) => traffic switch
    {
        null or "human" => Traffic.Human,
        "bot" => Traffic.Bot,
        "test" => Traffic.Test,
        "replay" => Traffic.Replay,
        _ => throw ProblemException.BadRequest("traffic must be human, bot, test or replay"),
    };

    /// <summary>After what time all that was refused for now is worth another try; zero if nothing was.</summary>
    private static TimeSpan LongestWait(List<EventDraft> drafts)
    {
        var longest = TimeSpan.Zero;
        foreach (var draft in drafts)
            if (draft.RetryAfter > longest) longest = draft.RetryAfter;
        return longest;
    }

    /// <summary>Nothing was accepted: the status says what to do about it, and the members are told as in a 202.</summary>
    private static ProblemException AllRejected(List<EventDraft> drafts, IngestResponse response)
    {
        var problem = drafts switch
        {
            _ when drafts.Any(draft => draft.Reason == RejectionReason.Unavailable) => new ProblemException(
                StatusCodes.Status503ServiceUnavailable, "The log is not available", response.Rejected[0].Error, ExceptionProblems.DefaultRetryAfter),
            _ when drafts.Any(draft => draft.Reason == RejectionReason.Throttled) => new ProblemException(
                StatusCodes.Status429TooManyRequests, "Too many events for now", response.Rejected[0].Error, LongestWait(drafts)),
            _ => new ProblemException(
                StatusCodes.Status400BadRequest, "No event is valid", drafts.Count == 1 ? response.Rejected[0].Error : $"none of the {drafts.Count} events was accepted; the first: {response.Rejected[0].Error}"),
        };
        problem.Extensions["accepted"] = 0;
        problem.Extensions["rejected"] = response.Rejected;
        problem.Extensions["eventIds"] = response.EventIds;
        return problem;
    }
}
