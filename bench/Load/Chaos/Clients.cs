using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Personalization.Algorithms.Numerics;
using Personalization.Load.Traffic;

namespace Personalization.Load.Chaos;

/// <summary>Producers that send until they are answered, now and then a second time, and readers that ask until the answer is not stale, each time at another address.</summary>
internal sealed class Clients(ChaosPlan plan, Uri[] writes, Uri[] reads, Attempts attempts) : IDisposable
{
    private const int LargestRequest = 8;
    private const double RepeatedAlthoughTaken = 0.05;
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = RequestTimeout }) { Timeout = RequestTimeout };
    private readonly Population _population = Population.Uniform("c", plan.Customers);

    /// <summary>Runs all of them until told to stop; a producer sends its last request until it is answered.</summary>
    public Task Run(CancellationToken stop, CancellationToken cancellation) => Task.WhenAll(
    [
        .. Enumerable.Range(0, plan.Producers).Select(number => Task.Run(() => Produce(number, stop, cancellation), cancellation)),
        .. Enumerable.Range(0, plan.Readers).Select(number => Task.Run(() => Read(number, stop, cancellation), cancellation)),
    ]);

    public void Dispose() => _http.Dispose();

    private async Task Produce(int number, CancellationToken stop, CancellationToken cancellation)
    {
        var shoppers = new Shoppers(_population, $"chaos{plan.Seed}", number);
        var random = new Xoshiro256(plan.Seed, (ulong)number + 1);
        using var body = new ClickBody();
        while (!stop.IsCancellationRequested)
        {
            var clicks = new Click[1 + random.NextInt32(LargestRequest)];
            for (var i = 0; i < clicks.Length; i++) clicks[i] = shoppers.Next();
            attempts.Try(clicks.Select(click => click.EventId));
            var bytes = body.Of(clicks).ToArray();
            var started = Stopwatch.GetTimestamp();
            while (!await Send(writes[random.NextInt32(writes.Length)], bytes, clicks, cancellation))
            {
                attempts.Repeat();
                await Task.Delay(Pause, cancellation);
            }

            attempts.Wrote(Stopwatch.GetElapsedTime(started));
            if (random.NextDouble() < RepeatedAlthoughTaken) await Send(writes[random.NextInt32(writes.Length)], bytes, clicks, cancellation);
            await Task.Delay(Pace, cancellation);
        }
    }

    /// <summary>Sends a request once. True: all of it was taken.</summary>
    private async Task<bool> Send(Uri address, byte[] bytes, Click[] clicks, CancellationToken cancellation)
    {
        try
        {
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = Json;
            using var answer = await _http.PostAsync(new Uri(address, "v1/events"), content, cancellation);
            if (answer.StatusCode != HttpStatusCode.Accepted) return false;
            using var reply = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            var refused = reply.RootElement.GetProperty("rejected").EnumerateArray().Select(rejected => rejected.GetProperty("index").GetInt32()).ToHashSet();
            attempts.Accept(clicks.Where((_, index) => !refused.Contains(index)).Select(click => click.EventId));
            return refused.Count == 0;
        }
        catch (Exception unknown) when (unknown is HttpRequestException or IOException or JsonException || (unknown is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task Read(int number, CancellationToken stop, CancellationToken cancellation)
    {
        var random = new Xoshiro256(plan.Seed, 1000 + (ulong)number);
        while (!stop.IsCancellationRequested)
        {
            var customer = _population.Id(_population.Draw(ref random));
            var started = Stopwatch.GetTimestamp();
            while (!await Ask(new Uri(reads[random.NextInt32(reads.Length)], $"v1/customers/{customer}"), cancellation)) await Task.Delay(Pause, cancellation);
            attempts.Read(Stopwatch.GetElapsedTime(started));
            await Task.Delay(Pace, cancellation);
        }
    }

    private async Task<bool> Ask(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(address, cancellation);
            if (answer.StatusCode == HttpStatusCode.NotFound) return true;
            if (!answer.IsSuccessStatusCode) return false;
            using var reply = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return !reply.RootElement.GetProperty("stale").GetBoolean();
        }
        catch (Exception unknown) when (unknown is HttpRequestException or IOException or JsonException || (unknown is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }
}
