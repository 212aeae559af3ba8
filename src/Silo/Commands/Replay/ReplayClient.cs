using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Posts batches to <c>POST /v1/events</c>, marked as replayed traffic, and reads the answers.</summary>
internal sealed class ReplayClient(HttpClient http)
{
    private const string Path = "v1/events?traffic=replay";

    /// <summary>Posts events as one array.</summary>
    /// <exception cref="ReplayException">The engine refuses the caller, or is no engine: sending it again changes nothing.</exception>
    public async Task<PostReply> Post(IReadOnlyList<ReplayLine> lines, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(Join(lines));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await http.PostAsync(Path, content, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return Read(response, body, lines.Count);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException || (fault is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            return new PostReply(PostStatus.Later, fault is TaskCanceledException ? "no answer in time" : fault.Message, null, []);
        }
    }

    private static byte[] Join(IReadOnlyList<ReplayLine> lines)
    {
        var size = lines.Count + 1;
        for (var i = 0; i < lines.Count; i++) size += lines[i].Json.Length;
        var body = new byte[size];
        var at = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            body[at++] = i == 0 ? (byte)'[' : (byte)',';
            lines[i].Json.Span.CopyTo(body.AsSpan(at));
            at += lines[i].Json.Length;
        }

        body[at] = (byte)']';
        return body;
    }

    private static PostReply Read(HttpResponseMessage response, byte[] body, int count)
    {
        var (rejected, detail) = ReadBody(body);
        var reason = detail ?? string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode} {response.ReasonPhrase}");
        var after = response.Headers.RetryAfter is { } header ? header.Delta ?? header.Date - DateTimeOffset.UtcNow : null;
        if (response.IsSuccessStatusCode)
        {
            return rejected is null || rejected.Any(member => member.Index < 0 || member.Index >= count)
                ? throw new ReplayException("What answers at this address is no engine: its reply to the events says nothing of what it took.")
                : new PostReply(PostStatus.Answered, reason, after, rejected);
        }

        // Where nothing was taken, the members are told in the problem; otherwise the status alone says what to do.
        if (rejected is not null && rejected.Count == count) return new PostReply(PostStatus.Answered, reason, after, rejected);
        return response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new PostReply(PostStatus.Later, reason, after, []),
            HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge => new PostReply(PostStatus.Split, reason, null, []),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => throw new ReplayException($"The engine refuses: {reason}. Give a key that may ingest with --key."),
            _ => throw new ReplayException($"The engine refuses: {reason}."),
        };
    }

    private static (List<RejectedMember>? Rejected, string? Detail) ReadBody(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return (null, null);
            var detail = root.TryGetProperty("detail", out var text) ? text.GetString() : null;
            if (!root.TryGetProperty("rejected", out var members) || members.ValueKind != JsonValueKind.Array) return (null, detail);
            return ([.. members.EnumerateArray().Select(member => new RejectedMember(
                member.GetProperty("index").GetInt32(), member.GetProperty("error").GetString() ?? "", member.GetProperty("retryable").GetBoolean()))], detail);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (null, null); // not of our making: the status has to do
        }
    }
}
