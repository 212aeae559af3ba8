using System.Net.Mime;
using System.Text.Json;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Events;

/// <summary>The answer 202, written in one piece with its length: the framework's own result looks up a logger for each answer and sends chunks.</summary>
/// <param name="response">What became of the events.</param>
/// <param name="retryAfter">After what time those that were refused for now are worth another try; zero if none was.</param>
internal sealed class IngestAnswer(IngestResponse response, TimeSpan retryAfter) : IResult
{
    private const string ContentType = MediaTypeNames.Application.Json + "; charset=utf-8";

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(response, GatewayJson.Default.IngestResponse);
        var answer = httpContext.Response;
        answer.StatusCode = StatusCodes.Status202Accepted;
        answer.ContentType = ContentType;
        answer.ContentLength = bytes.Length;
        if (retryAfter > TimeSpan.Zero) answer.Headers.RetryAfter = ExceptionProblems.Seconds(retryAfter);
        return answer.BodyWriter.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }
}
