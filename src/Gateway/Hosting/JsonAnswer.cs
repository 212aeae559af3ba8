using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Personalization.Gateway.Hosting;

/// <summary>Answers in JSON that are made whole before their first byte is sent: what cannot be written is a clean 500 and never half a document.</summary>
internal static class JsonAnswer
{
    /// <summary>The content type.</summary>
    public const string ContentType = MediaTypeNames.Application.Json + "; charset=utf-8";

    /// <summary>An answer.</summary>
    public static IResult Of<T>(T value, JsonTypeInfo<T> json, int statusCode = StatusCodes.Status200OK) => new Whole<T>(value, json, statusCode);

    /// <summary>Writes a document in one piece, with its length.</summary>
    public static Task Write(HttpResponse response, ReadOnlyMemory<byte> document, string contentType = ContentType)
    {
        response.ContentType = contentType;
        response.ContentLength = document.Length;
        // No bytes follow the head of an answer to HEAD; the server sees to that.
        return response.BodyWriter.WriteAsync(document, response.HttpContext.RequestAborted).AsTask();
    }

    private sealed class Whole<T>(T value, JsonTypeInfo<T> json, int statusCode) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var document = JsonSerializer.SerializeToUtf8Bytes(value, json);
            httpContext.Response.StatusCode = statusCode;
            return Write(httpContext.Response, document);
        }
    }
}
