using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Personalization.Load.Traffic;

namespace Personalization.Load.Clusters;

/// <summary>One try of a request, whatever the process at the other end is doing: refused, silent, killed and unknown are all told as "not yet".</summary>
internal sealed class ClusterClient : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(3);
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = RequestTimeout }) { Timeout = RequestTimeout };

    /// <summary>Posts a request once. True: all of it was taken.</summary>
    public async Task<bool> Post(Uri address, ReadOnlyMemory<byte> body, IReadOnlyList<Click> clicks, Attempts attempts, CancellationToken cancellation)
    {
        try
        {
            using var content = new ReadOnlyMemoryContent(body);
            content.Headers.ContentType = Json;
            using var answer = await _http.PostAsync(new Uri(address, "v1/events"), content, cancellation);
            if (answer.StatusCode != HttpStatusCode.Accepted) return false;
            using var reply = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            var refused = reply.RootElement.GetProperty("rejected").EnumerateArray().Select(rejected => rejected.GetProperty("index").GetInt32()).ToHashSet();
            attempts.Accept(clicks.Where((_, index) => !refused.Contains(index)).Select(click => click.EventId));
            return refused.Count == 0;
        }
        catch (Exception unknown) when (IsNotYet(unknown, cancellation))
        {
            return false;
        }
    }

    /// <summary>Asks for a profile once. True: it is not stale, and with <paramref name="after"/> it holds that event.</summary>
    public async Task<bool> Read(Uri address, string customer, string? after, CancellationToken cancellation)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(address, $"v1/customers/{customer}{(after is null ? "" : $"?after={after}")}"), cancellation);
            if (answer.StatusCode == HttpStatusCode.NotFound) return after is null;
            if (!answer.IsSuccessStatusCode) return false;
            using var reply = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return !reply.RootElement.GetProperty("stale").GetBoolean() && (after is null || reply.RootElement.GetProperty("afterFound").GetBoolean());
        }
        catch (Exception unknown) when (IsNotYet(unknown, cancellation))
        {
            return false;
        }
    }

    /// <summary>Asks who owns the partitions; null: not yet.</summary>
    public async Task<OwnerView?> Owners(Uri address, CancellationToken cancellation)
    {
        try
        {
            using var log = JsonDocument.Parse(await _http.GetByteArrayAsync(new Uri(address, "v1/admin/log"), cancellation));
            var partitions = log.RootElement.GetProperty("partitions").EnumerateArray().ToList();
            return new OwnerView(
                partitions.TrueForAll(partition => partition.GetProperty("owned").GetBoolean()),
                [.. partitions.GroupBy(partition => partition.GetProperty("silo").GetString()).Select(silo => silo.Count())],
                partitions.Sum(partition => partition.GetProperty("epoch").GetInt64()));
        }
        catch (Exception unknown) when (IsNotYet(unknown, cancellation))
        {
            return null;
        }
    }

    /// <summary>Posts JSON once; the answer, or null where there is none yet.</summary>
    public async Task<JsonElement?> Ask(Uri address, string path, object body, string? key, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path)) { Content = JsonContent.Create(body) };
            if (key is not null) request.Headers.Add("Idempotency-Key", key);
            using var answer = await _http.SendAsync(request, cancellation);
            return answer.IsSuccessStatusCode ? JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation)) : null;
        }
        catch (Exception unknown) when (IsNotYet(unknown, cancellation))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsNotYet(Exception fault, CancellationToken cancellation) =>
        fault is HttpRequestException or IOException or JsonException || (fault is OperationCanceledException && !cancellation.IsCancellationRequested);
}

/// <summary>Who owns the partitions.</summary>
/// <param name="AllOwned">Every partition has an owner that answers.</param>
/// <param name="Spread">How many partitions each silo owns.</param>
/// <param name="Epochs">The sum of all epochs: it grows by one with each new tenure.</param>
internal sealed record OwnerView(bool AllOwned, IReadOnlyList<int> Spread, long Epochs)
{
    /// <summary>Whether so many silos own them, evenly to within one.</summary>
    public bool IsEvenOver(int silos) => AllOwned && Spread.Count == silos && Spread.Max() - Spread.Min() <= 1;
}
