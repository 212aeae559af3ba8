using System.Net;
using System.Text.Json;
using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Tests.Evaluate;

namespace Personalization.Silo.Tests.Replay;

public sealed class ReplayRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly ImpatientClock _clock = new();

    [Fact]
    public async Task Everything_is_sent_in_full_batches_and_each_customers_events_in_the_order_of_the_file()
    {
        var engine = new FakeEngine((_, events) =>
        {
            Assert.InRange(events.Count, 1, 50);
            return null;
        });
        Assert.Equal(0, await Run(engine, 2_000, new ReplayOptions { Batch = 50, Concurrency = 4 }));

        Assert.Equal(2_000, engine.Accepted.Distinct().Count());
        foreach (var customer in engine.Accepted.Select(LineOf).GroupBy(line => line % 7)) Assert.Equal(customer.Order(), customer);
        Assert.InRange(engine.Requests, 40, 44);
        Assert.Equal("/v1/events?traffic=replay", engine.LastUri!.PathAndQuery);
        Assert.StartsWith("sent 2000, accepted 2000, rejected 0, bad lines 0, seconds ", Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_whose_outcome_is_unknown_is_sent_again_with_the_same_ids_before_the_next_one()
    {
        var engine = new FakeEngine((number, _) => number switch
        {
            2 => throw new HttpRequestException("connection refused"),
            3 => throw new IOException("the response ended"),
            4 => new FakeAnswer(HttpStatusCode.ServiceUnavailable, null, TimeSpan.FromSeconds(7)),
            5 => new FakeAnswer(HttpStatusCode.InternalServerError, null),
            _ => null,
        });
        Assert.Equal(0, await Run(engine, 30, new ReplayOptions { Batch = 10, Concurrency = 1 }));

        Assert.Equal(Enumerable.Range(1, 30).Select(Id), engine.Accepted);
        Assert.Equal(7, engine.Requests);
        Assert.Contains(TimeSpan.FromSeconds(7), _clock.Waits);
        // Without Retry-After waits double: 100, 200, (7 s as asked), 800 ms, each give or take a half.
        Assert.InRange(_clock.Waits[1], TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300));
        Assert.InRange(_clock.Waits[3], TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(1200));
    }

    [Fact]
    public async Task Retryable_members_are_sent_again_and_others_are_told_with_their_line()
    {
        var engine = new FakeEngine((number, events) => number switch
        {
            1 => new FakeAnswer(HttpStatusCode.Accepted, [(1, "value must be a finite number", false), (3, "partition 4 is behind", true)]),
            2 => new FakeAnswer(HttpStatusCode.TooManyRequests, [(0, "partition 4 is behind", true)], TimeSpan.FromSeconds(1)),
            _ => null,
        });
        Assert.Equal(0, await Run(engine, 5, new ReplayOptions { Batch = 5, Concurrency = 1 }));

        Assert.Equal(new[] { 1, 3, 5, 4 }.Select(Id), engine.Accepted);
        Assert.Contains("e.ndjson:2: value must be a finite number; rejected", _error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("sent 5, accepted 4, rejected 1, bad lines 0, ", Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_that_is_refused_as_a_whole_is_halved_until_the_culprit_is_alone()
    {
        var engine = new FakeEngine((_, events) =>
            events.Any(value => value.GetProperty("eventId").GetString() == Id(3)) ? new FakeAnswer(HttpStatusCode.RequestEntityTooLarge, null, Detail: "too large") : null);
        Assert.Equal(0, await Run(engine, 8, new ReplayOptions { Batch = 8, Concurrency = 1 }));

        Assert.Equal(new[] { 1, 2, 4, 5, 6, 7, 8 }.Select(Id), engine.Accepted);
        Assert.Contains("e.ndjson:3: too large; rejected", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_nothing_is_taken_for_the_whole_patience_it_gives_up_and_says_so()
    {
        var engine = new FakeEngine((number, _) => number > 2 ? throw new HttpRequestException("connection refused") : null);
        Assert.Equal(1, await Run(engine, 100, new ReplayOptions { Batch = 10, Concurrency = 1, Patience = TimeSpan.FromSeconds(60) }));

        Assert.Equal(20, engine.Accepted.Count);
        Assert.Contains("connection refused", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("e.ndjson:21: ", _error.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("sent 30, accepted 20, rejected 0, bad lines 0, given up 10, ", Summary, StringComparison.Ordinal);
        Assert.InRange(_clock.GetTimestamp(), TimeSpan.FromSeconds(60).Ticks, TimeSpan.FromSeconds(75).Ticks);
    }

    [Fact]
    public async Task A_caller_without_a_key_is_told_at_once()
    {
        var engine = new FakeEngine((_, _) => new FakeAnswer(HttpStatusCode.Unauthorized, null, Detail: "a key is needed"));
        Assert.Equal(1, await Run(engine, 100, new ReplayOptions { Concurrency = 1 }));
        Assert.Equal(1, engine.Requests);
        Assert.Contains("a key is needed. Give a key that may ingest with --key.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_a_few_refused_events_are_no_success()
    {
        var engine = new FakeEngine((_, events) => new FakeAnswer(HttpStatusCode.Accepted, [.. Enumerable.Range(0, events.Count / 2).Select(i => (i, "value must not be negative", false))]));
        Assert.Equal(1, await Run(engine, 100, new ReplayOptions { Batch = 10, Concurrency = 1 }));
        Assert.Equal(50, engine.Accepted.Count);
        Assert.Contains("The engine refused 50 of 100 events, more than a few", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, "2026-01-01T00:00:00Z", "the engine goes by the wall clock")]
    [InlineData(HttpStatusCode.Unauthorized, "2026-01-01T00:00:00Z", "If the engine goes by the wall clock")]
    [InlineData(HttpStatusCode.BadRequest, "2026-01-01T00:00:00Z", null)]
    [InlineData(HttpStatusCode.Conflict, "2026-03-01T11:00:00Z", null)]
    public async Task Old_events_on_a_wall_clock_are_warned_of(HttpStatusCode answer, string time, string? warning)
    {
        var path = _folder.Write("old.ndjson", JsonSerializer.Serialize(new { type = "search", customerId = "c" }) + "\n" + JsonSerializer.Serialize(new { type = "search", customerId = "c", timestamp = time }) + "\n");
        using var http = new HttpClient(new OneAnswer(answer)) { BaseAddress = new Uri("http://localhost/") };
        var told = await OldEvents.Warning([ReplayFile.Open(path, null)], http, new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), CancellationToken.None);
        if (warning is null) Assert.Null(told);
        else Assert.Contains(warning, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rate_is_kept()
    {
        var engine = new FakeEngine((_, _) => null);
        Assert.Equal(0, await Run(engine, 200, new ReplayOptions { Rate = 100, Concurrency = 2 }));
        Assert.Equal(200, engine.Accepted.Count);
        Assert.InRange(_clock.GetTimestamp(), TimeSpan.FromSeconds(1.9).Ticks, TimeSpan.FromSeconds(2.1).Ticks);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    private string Summary => _output.ToString().Trim().Split('\n')[^1];

    private async Task<int> Run(FakeEngine engine, int events, ReplayOptions options)
    {
        var path = _folder.Write("e.ndjson", string.Concat(Enumerable.Range(1, events).Select(i =>
            JsonSerializer.Serialize(new { type = "search", customerId = $"c{i % 7}", timestamp = "2026-01-01T00:00:00Z" }) + "\n")));
        using var http = new HttpClient(engine) { BaseAddress = new Uri("http://localhost/") };
        return await new ReplayRun(http, options, new ReplayOrder(), _output, _error, _clock).Run([ReplayFile.Open(path, null)], showProgress: false, CancellationToken.None);
    }

    private sealed class OneAnswer(HttpStatusCode status) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(status));
    }

    private static string Id(int line) => $"e.ndjson:{line}";

    private static int LineOf(string id) => int.Parse(id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
