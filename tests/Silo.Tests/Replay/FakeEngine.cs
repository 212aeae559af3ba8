using System.Net;
using System.Text;
using System.Text.Json;

namespace Personalization.Silo.Tests.Replay;

/// <summary>Answers <c>POST /v1/events</c> by a script, and keeps what it accepted.</summary>
/// <param name="script">Takes the request's number (from 1) and its events; answers status, body and Retry-After, or throws; null = accept all.</param>
internal sealed class FakeEngine(Func<int, IReadOnlyList<JsonElement>, FakeAnswer?> script) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<string> _accepted = [];
    private int _requests;

    /// <summary>Ids of accepted events in the order of acceptance.</summary>
    public IReadOnlyList<string> Accepted
    {
        get
        {
            lock (_lock) return [.. _accepted];
        }
    }

    public int Requests => _requests;

    public Uri? LastUri { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _requests);
        LastUri = request.RequestUri;
        using var body = await JsonDocument.ParseAsync(await request.Content!.ReadAsStreamAsync(cancellationToken), default, cancellationToken);
        var events = body.RootElement.EnumerateArray().Select(value => value.Clone()).ToList();
        var answer = script(number, events) ?? new FakeAnswer(HttpStatusCode.Accepted, []);
        var rejected = answer.Rejected?.Select(member => member.Index).ToHashSet();
        if ((int)answer.Status < 300)
        {
            lock (_lock) _accepted.AddRange(events.Where((_, index) => !rejected!.Contains(index)).Select(value => value.GetProperty("eventId").GetString()!));
        }

        var json = answer.Rejected is null
            ? JsonSerializer.Serialize(new { title = "no", detail = answer.Detail })
            : JsonSerializer.Serialize(new { accepted = events.Count - rejected!.Count, rejected = answer.Rejected.Select(m => new { index = m.Index, error = m.Error, retryable = m.Retryable }) });
        var response = new HttpResponseMessage(answer.Status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (answer.RetryAfter is { } after) response.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(after);
        return response;
    }
}

/// <summary>What the fake answers; without members it is a problem that names none.</summary>
internal sealed record FakeAnswer(HttpStatusCode Status, IReadOnlyList<(int Index, string Error, bool Retryable)>? Rejected, TimeSpan? RetryAfter = null, string Detail = "because");

/// <summary>A clock on which every wait is over at once, and which has then moved on by as much.</summary>
internal sealed class ImpatientClock : TimeProvider
{
    private long _ticks;

    /// <summary>The waits so far.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (Waits) Waits.Add(dueTime);
        Interlocked.Add(ref _ticks, dueTime.Ticks);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return new Fired();
    }

    private sealed class Fired : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
