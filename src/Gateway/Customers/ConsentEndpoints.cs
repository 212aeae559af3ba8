using System.Text.Json;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Events;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;
using Personalization.Log;

namespace Personalization.Gateway.Customers;

/// <summary><c>PUT GET /v1/customers/{id}/consents/{purpose}</c>.</summary>
internal static class ConsentEndpoints
{
    private const int MaxSourceBytes = 1024;

    /// <summary>Maps the calls.</summary>
    public static void MapConsents(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/v1/customers/{id}/consents/{purpose}", Put)
            .RequireAuthorization(AccessPolicies.Ingest)
            .WithName("putConsent").WithTags("Customers")
            .WithSummary("Grant or withdraw a consent")
            .WithRequestBody<ConsentRequest>(("application/json", """{"granted":true,"source":"cookie banner v3"}"""))
            .Produces<ReceiptResponse>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapGet("/v1/customers/{id}/consents/{purpose}", Get)
            .RequireAuthorization(AccessPolicies.Read)
            .WithName("getConsent").WithTags("Customers")
            .WithSummary("Read a consent; granted is null if the customer never said")
            .Produces<ConsentStateResponse>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> Put(string id, string purpose, HttpContext context, EntryAppender entries, PersonalizationOptions options)
    {
        var key = CustomerIds.ParseNew(id, options);
        Ids.CheckNew("purpose", purpose, options.Limits);
        ConsentChange change;
        var warnings = new List<string>();
        using (var body = await RequestBody.Read(context.Request, options.Limits.EventBytes, context.RequestAborted)) change = Read(body.Bytes.Span, purpose, warnings.Add);
        var eventId = await entries.Append(EntryKind.Consent, key, change, context.RequestAborted);
        return JsonAnswer.Of(ReceiptResponse.Of(eventId, warnings), GatewayJson.Default.ReceiptResponse, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> Get(string id, string purpose, HttpContext context, CustomerGrains customers, PersonalizationOptions options, string? after = null)
    {
        Ids.Check("purpose", purpose);
        var reply = await ProfileEndpoint.Read(id, customers, options, at: null, after);
        var profile = reply.Profile!;
        var consent = profile.Consents.GetValueOrDefault(purpose) ?? (profile.OtherPurposesRefusedAt is { } at ? new ConsentView(false, at) : null);
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(
            new ConsentStateResponse(purpose, consent?.Granted, Instants.ToUtc(consent?.At), reply.CaughtUp), GatewayJson.Default.ConsentStateResponse);
    }

    private static ConsentChange Read(ReadOnlySpan<byte> body, string purpose, Action<string> mended)
    {
        bool? granted = null;
        string? source = null;
        string? error = null;
        void Fail(string fault) => error ??= fault;
        try
        {
            var reader = JsonBody.Reader(body);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw ProblemException.BadRequest("""the body must be a JSON object: {"granted":true}""");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isGranted = reader.ValueSpan.SequenceEqual("granted"u8);
                var isSource = reader.ValueSpan.SequenceEqual("source"u8);
                reader.Read();
                if (isGranted) granted = JsonValues.Flag(ref reader, "granted", Fail);
                else if (isSource) source = JsonValues.Text(ref reader, "source", MaxSourceBytes, Fail, mended);
                else reader.Skip();
            }

            reader.Read();
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }

        if (granted is null) error ??= "granted is needed: true or false";
        return error is null ? new ConsentChange { Purpose = purpose, Granted = granted!.Value, Source = source } : throw ProblemException.BadRequest(error);
    }
}
