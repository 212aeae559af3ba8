using System.Text.Json;
using Personalization.Load.Traffic;

namespace Personalization.Load.Http;

/// <summary>What became of the events of one request.</summary>
/// <param name="Accepted">Durable.</param>
/// <param name="Refused">Refused for now (429 or 503): may be sent again.</param>
internal readonly record struct PostOutcome(int Accepted, int Refused);

/// <summary><c>POST /v1/events</c> over one connection.</summary>
internal sealed class EventsDoor(HttpConnection connection) : IDisposable
{
    private const string Path = "/v1/events";
    private const int TooManyRequests = 429;
    private const int Unavailable = 503;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ClickBody _body = new();

    /// <summary>Posts one event.</summary>
    public async ValueTask<PostOutcome> Post(Click click, CancellationToken cancellation = default) =>
        Read(await connection.Post(Path, _body.Of(click), cancellation), 1);

    /// <summary>Posts several events in one request.</summary>
    public async ValueTask<PostOutcome> Post(ReadOnlyMemory<Click> clicks, CancellationToken cancellation = default) =>
        Read(await connection.Post(Path, _body.Of(clicks.Span), cancellation), clicks.Length);

    /// <summary>Posts events until all are accepted, as a producer does that may lose none: what is refused for now is sent again after a pause.</summary>
    public async Task PostAll(ReadOnlyMemory<Click> clicks, CancellationToken cancellation = default)
    {
        // Repeats count once, so the whole request may be sent again.
        while ((await Post(clicks, cancellation)).Refused > 0) await Task.Delay(Pause, cancellation);
    }

    public void Dispose() => _body.Dispose();

    private PostOutcome Read(int status, int sent)
    {
        if (status is TooManyRequests or Unavailable) return new PostOutcome(0, sent);
        if (status != 202) throw new InvalidDataException($"POST {Path} answered {status}: {connection.BodyText}");
        var accepted = 0;
        var refused = 0;
        var json = new Utf8JsonReader(connection.Body.Span);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName) continue;
            if (json.ValueTextEquals("accepted"u8) && json.CurrentDepth == 1)
            {
                json.Read();
                accepted = json.GetInt32();
            }
            else if (json.ValueTextEquals("retryable"u8))
            {
                json.Read();
                if (json.GetBoolean()) refused++;
            }
        }

        return accepted + refused == sent ? new PostOutcome(accepted, refused) : throw new InvalidDataException($"of {sent} events not all were taken: {connection.BodyText}");
    }
}
