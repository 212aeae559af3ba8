using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Personalization.Partitions;

namespace Personalization.Silo.Commands.Replay.Evaluation;

/// <summary>
/// Predict, then learn, over HTTP: before each event of a customer the engine is asked for recommendations, with <c>after=</c> on that customer's
/// previous event, and only then the event is posted. What the engine knows is exactly what a storefront would have had at that moment.
/// </summary>
/// <remarks>
/// A case is an event with an item by a customer who had an event before. Customers keep their order, each in one lane; lanes run side by side. The
/// engine should run with <c>Clock=Event</c>, so that the past is evaluated as of then.
/// </remarks>
/// <param name="http">Reaches the engine.</param>
/// <param name="options">How to send.</param>
/// <param name="judge">Judges and keeps the reference predictors.</param>
/// <param name="tally">Is told where things stand.</param>
/// <param name="problems">Is told what was rejected.</param>
/// <param name="time">Measures.</param>
internal sealed class ReplayEvaluation(HttpClient http, ReplayOptions options, NextItemJudge judge, ReplayTally tally, ReplayProblems problems, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(200);

    private readonly ReplayClient _client = new(http);
    private readonly List<double> _latencies = [];
    private readonly Lock _lock = new();

    /// <summary>Milliseconds from question to answer, one a case, in no order.</summary>
    public IReadOnlyList<double> Latencies => _latencies;

    /// <summary>Predictions that did not have the customer's previous event.</summary>
    public long Behind { get; private set; }

    /// <summary>Evaluates all events.</summary>
    /// <exception cref="ReplayException">The engine refuses, or took nothing for as long as the patience.</exception>
    public async Task Run(IEnumerable<ReplayLine> lines, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lanes = new Channel<ReplayLine>[options.Concurrency];
        for (var i = 0; i < lanes.Length; i++) lanes[i] = Channel.CreateBounded<ReplayLine>(new BoundedChannelOptions(64) { SingleReader = true, SingleWriter = true });
        var work = lanes.Select(lane => Task.Run(() => Work(lane.Reader, stop), CancellationToken.None)).ToArray();
        try
        {
            foreach (var line in lines) await lanes[KeyHash.Hash64(line.Customer) % (ulong)lanes.Length].Writer.WriteAsync(line, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A lane ended the evaluation; its reason follows.
        }
        finally
        {
            foreach (var lane in lanes) lane.Writer.TryComplete();
            await Task.WhenAll(work);
        }
    }

    private async Task Work(ChannelReader<ReplayLine> lane, CancellationTokenSource stop)
    {
        var previous = new Dictionary<string, (string EventId, long Time)>(StringComparer.Ordinal);
        try
        {
            await foreach (var line in lane.ReadAllAsync(stop.Token))
            {
                var happened = EvaluatedEvent.Read(line);
                var at = line.Time ?? 0;
                if (previous.TryGetValue(happened.Customer, out var before))
                {
                    at = Math.Max(at, before.Time);
                    if (happened.Item is { } next) judge.Judge(happened.Customer, next, await Predict(happened.Customer, before.EventId, at, stop.Token));
                }

                await Post(line, stop.Token);
                if (happened.Item is { } item) judge.Learn(happened.Customer, item);
                previous[happened.Customer] = (happened.EventId, at);
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<IReadOnlyList<string>> Predict(string customer, string after, long at, CancellationToken cancellation)
    {
        var when = Uri.EscapeDataString(DateTimeOffset.FromUnixTimeMilliseconds(at).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        var path = string.Create(
            CultureInfo.InvariantCulture, $"v1/customers/{Uri.EscapeDataString(customer)}/recommendations?n={judge.Cutoff}&repeats=allow&dryRun=true&after={Uri.EscapeDataString(after)}&at={when}");
        var start = time.GetTimestamp();
        using var response = await http.GetAsync(path, cancellation);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        using var answer = await JsonDocument.ParseAsync(body, cancellationToken: cancellation);
        var elapsed = time.GetElapsedTime(start).TotalMilliseconds;
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var detail = answer.RootElement.TryGetProperty("detail", out var text) ? text.GetString() : $"status {(int)response.StatusCode}";
            throw new ReplayException($"The engine does not recommend: {detail}.");
        }

        var hasPrevious = answer.RootElement.TryGetProperty("afterFound", out var found) && found.GetBoolean();
        lock (_lock)
        {
            _latencies.Add(elapsed);
            if (!hasPrevious) Behind++;
        }

        return [.. answer.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("itemId").GetString()!)];
    }

    private async Task Post(ReplayLine line, CancellationToken cancellation)
    {
        tally.Send(1);
        var since = time.GetTimestamp();
        while (true)
        {
            var reply = await _client.Post([line], cancellation);
            if (reply.Status == PostStatus.Answered && reply.Rejected.Count == 0)
            {
                tally.Accept(1);
                return;
            }

            if (reply.Status == PostStatus.Split || (reply.Status == PostStatus.Answered && !reply.Rejected[0].Retryable))
            {
                problems.Reject(line, reply.Rejected.Count > 0 ? reply.Rejected[0].Error : reply.Reason);
                return;
            }

            if (time.GetElapsedTime(since) >= options.Patience) throw new ReplayException($"Given up: for {options.Patience} the engine has taken nothing ({reply.Reason}).");
            await Task.Delay(reply.RetryAfter ?? RetryAfter, time, cancellation);
        }
    }
}
