using System.Net.Mime;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Personalization.Gateway.Events;

namespace Personalization.Gateway.Hosting;

/// <summary>The content types that a call's body may have.</summary>
/// <param name="Types">Each in small letters.</param>
internal sealed record BodyTypes(IReadOnlyList<string> Types);

/// <summary>
/// One rule for all calls, before any of them runs: a call that takes a body takes it in its own content types and no other, one that takes none bears no other than
/// JSON. A page in a browser can send <c>text/plain</c>, forms, and bodies without a type to any address without asking; JSON it cannot.
/// </summary>
internal static class ContentTypes
{
    /// <summary>Refuses other content types.</summary>
    public static void UseContentTypes(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.GetEndpoint() is { } endpoint) Check(context.Request, endpoint.Metadata.GetMetadata<BodyTypes>());
        return next(context);
    });

    /// <summary>The media type of a request in small letters, without parameters, the two other names of NDJSON as the one; null if it has none that can be read, or bytes that are not UTF-8.</summary>
    public static string? Of(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)) return null;
        if (type.Charset.Length > 0 && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)) return null;
        return type.MediaType.Value?.ToLowerInvariant() is "application/ndjson" or "application/jsonl" ? EventEndpoints.NdJson : type.MediaType.Value?.ToLowerInvariant();
    }

    private static void Check(HttpRequest request, BodyTypes? body)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) return;
        if (body is null)
        {
            if (string.IsNullOrEmpty(request.ContentType) || Of(request) == MediaTypeNames.Application.Json) return;
            throw Refusal("this call takes no body: leave Content-Type out");
        }

        if (Of(request) is { } type && body.Types.Contains(type)) return;
        // The event is in the headers, which no page can send unasked.
        if (request.ContentType is null && CloudEventForms.IsBinary(request) && request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return;
        throw Refusal($"Content-Type must be {string.Join(", ", body.Types.SkipLast(1))}{(body.Types.Count > 1 ? " or " : "")}{body.Types[^1]}, in UTF-8, but {(string.IsNullOrEmpty(request.ContentType) ? "is missing" : $"is '{Texts.Shorten(request.ContentType)}'")}");
    }

    private static ProblemException Refusal(string detail) => new(StatusCodes.Status415UnsupportedMediaType, "The content type is not one that this call takes", detail);
}
