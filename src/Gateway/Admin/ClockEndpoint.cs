using System.Text.Json;
using Personalization.Configuration;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Admin;

/// <summary><c>POST /v1/admin/clock</c>: moves event time on in every partition, where events drive the clock.</summary>
internal static class ClockEndpoint
{
    private const int MaxBytes = 1024;

    /// <summary>Maps the call.</summary>
    public static void MapClock(this IEndpointRouteBuilder routes) => routes.MapPost("/v1/admin/clock", Post)
        .RequireAuthorization(AccessPolicies.Admin)
        .WithName("postClock").WithTags("Admin")
        .WithSummary("Move event time on (Clock=Event only)")
        .WithRequestBody<ClockRequest>(("application/json", """{"at":"2026-03-01T12:00:00Z"}"""))
        .Produces<ClockResponse>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Post(HttpContext context, EntryAppender entries, PersonalizationOptions options)
    {
        if (options.Clock != ClockKind.Event)
            throw new ProblemException(StatusCodes.Status409Conflict, "The wall clock cannot be moved", "Personalization:Clock must be Event for this call");
        long at;
        using (var body = await RequestBody.Read(context.Request, MaxBytes, context.RequestAborted)) at = Read(body.Bytes.Span);
        await entries.AppendClock(at, context.RequestAborted);
        return JsonAnswer.Of(new ClockResponse(Instants.ToUtc(at), options.Partitions), GatewayJson.Default.ClockResponse, statusCode: StatusCodes.Status202Accepted);
    }

    private static long Read(ReadOnlySpan<byte> body)
    {
        DateTimeOffset? at = null;
        string? error = null;
        void Fail(string fault) => error ??= fault;
        try
        {
            var reader = JsonBody.Reader(body);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw ProblemException.BadRequest("""the body must be a JSON object: {"at":"2026-03-01T12:00:00Z"}""");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isAt = reader.ValueSpan.SequenceEqual("at"u8);
                reader.Read();
                if (isAt) at = JsonValues.Time(ref reader, "at", Fail);
                else reader.Skip();
            }

            reader.Read();
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }

        if (at is null) error ??= "at is needed: an ISO 8601 time with an offset";
        return error is null ? at!.Value.ToUnixTimeMilliseconds() : throw ProblemException.BadRequest(error);
    }
}
