using System.Globalization;
using System.Text;
using System.Text.Json;
using Personalization.Configuration;
using Personalization.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Json;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Security;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Customers;

/// <summary>
/// <c>PATCH /v1/customers/{id}/traits</c>: JSON merge patch (RFC 7396) over the traits; null removes one. The log holds
/// what was said; the fold merges objects member by member, and anything else replaces what was there.
/// </summary>
internal static class TraitsEndpoint
{
    /// <summary>What one customer may hold; the fold refuses more.</summary>
    private const int MaxTraits = 64;

    private const int MaxBytes = 8 * 1024;

    /// <summary>Maps the call.</summary>
    public static void MapTraits(this IEndpointRouteBuilder routes) => routes.MapPatch("/v1/customers/{id}/traits", Patch)
        .RequireAuthorization(AccessPolicies.Ingest)
        .WithName("patchTraits").WithTags("Customers")
        .WithSummary("Set or remove traits (JSON merge patch)")
        .WithRequestBody<Dictionary<string, JsonElement>>(("application/merge-patch+json", """{"plan":"gold","birthYear":1990,"newsletter":null}"""), ("application/json", """{"plan":"gold"}"""))
        .Produces<ReceiptResponse>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Patch(string id, HttpContext context, EntryAppender entries, PersonalizationOptions options)
    {
        var key = CustomerIds.ParseNew(id, options);
        TraitsChange change;
        var warnings = new List<string>();
        using (var body = await RequestBody.Read(context.Request, options.Limits.EventBytes, context.RequestAborted)) change = Read(body.Bytes.Span, warnings.Add);
        var eventId = await entries.Append(EntryKind.Traits, key, change, context.RequestAborted);
        return JsonAnswer.Of(ReceiptResponse.Of(eventId, warnings), GatewayJson.Default.ReceiptResponse, StatusCodes.Status202Accepted);
    }

    private static TraitsChange Read(ReadOnlySpan<byte> body, Action<string> mended)
    {
        var traits = new Dictionary<string, string?>(StringComparer.Ordinal);
        var bytes = 0;
        try
        {
            var reader = JsonBody.Reader(body);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject) throw ProblemException.BadRequest("the body must be a JSON object of traits");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (CustomerKey.IdError("the name of a trait", name) is { } error) throw ProblemException.BadRequest(error);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                var isNull = reader.TokenType == JsonTokenType.Null;
                reader.Skip();
                var value = isNull ? null : FreeJson.Keep(body[start..(int)reader.BytesConsumed], $"the trait '{Texts.Shorten(name)}'", Refuse, mended);
                if (!traits.TryAdd(name, value)) throw ProblemException.BadRequest($"the trait '{Texts.Shorten(name)}' is named twice");
                bytes += Encoding.UTF8.GetByteCount(name) + (int)reader.BytesConsumed - start;
            }

            reader.Read();
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.BadRequest("the name of a trait must be well-formed Unicode");
        }

        if (traits.Count == 0) throw ProblemException.BadRequest("the body names no trait");
        if (traits.Count > MaxTraits || bytes > MaxBytes)
            throw ProblemException.BadRequest(string.Create(CultureInfo.InvariantCulture, $"a customer has at most {MaxTraits} traits of together {MaxBytes} bytes"));
        return new TraitsChange { Traits = traits };

        static void Refuse(string fault) => throw ProblemException.BadRequest(fault);
    }
}
