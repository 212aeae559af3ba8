using System.Diagnostics;
using System.Net.Sockets;
using Personalization.Load.Traffic;

namespace Personalization.Load.Http;

/// <summary>What a closed loop sent.</summary>
/// <param name="Accepted">Events that were answered as durable.</param>
/// <param name="Refused">Events refused for now (429, 503).</param>
/// <param name="Requests">Requests.</param>
internal readonly record struct LoopOutcome(long Accepted, long Refused, long Requests);

/// <summary>Many connections, each with one request under way, as fast as the server answers.</summary>
internal static class ClosedLoop
{
    /// <summary>Posts for a time, <paramref name="batch"/> events a request.</summary>
    public static async Task<LoopOutcome> Run(
        Uri server, Population population, string run, int connections, int batch, TimeSpan duration, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, connections).Select(number => Task.Run(
            () => Loop(server, new Shoppers(population, run, number), batch, started, duration, cancellation), cancellation)));
        return new LoopOutcome(outcomes.Sum(outcome => outcome.Accepted), outcomes.Sum(outcome => outcome.Refused), outcomes.Sum(outcome => outcome.Requests));
    }

    private static async Task<LoopOutcome> Loop(Uri server, Shoppers shoppers, int batch, long started, TimeSpan duration, CancellationToken cancellation)
    {
        using var connection = await HttpConnection.Connect(server, cancellation);
        using var door = new EventsDoor(connection);
        var clicks = new Click[batch];
        long accepted = 0, refused = 0, requests = 0;
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            for (var i = 0; i < batch; i++) clicks[i] = shoppers.Next();
            var outcome = batch == 1 ? await door.Post(clicks[0], cancellation) : await door.Post(clicks, cancellation);
            accepted += outcome.Accepted;
            refused += outcome.Refused;
            requests++;
        }

        return new LoopOutcome(accepted, refused, requests);
    }
}
