using System.Diagnostics;
using Personalization.Algorithms.Numerics;
using Personalization.Load.Traffic;

namespace Personalization.Load.Clusters;

/// <summary>Who sends and asks.</summary>
/// <param name="Run">Begins every event id.</param>
/// <param name="Seed">Of all draws.</param>
/// <param name="Customers">Customers, uniform.</param>
/// <param name="Producers">Producers at once.</param>
/// <param name="Readers">Readers at once.</param>
internal sealed record TrafficPlan(string Run, ulong Seed, int Customers, int Producers, int Readers);

/// <summary>Producers that send until they are answered, now and then a second time, and readers that ask until the answer is not stale, each time at another address.</summary>
internal sealed class ClusterTraffic(TrafficPlan plan, ClusterClient client, Uri[] writes, Uri[] reads, Attempts attempts)
{
    private const int LargestRequest = 8;
    private const double RepeatedAlthoughTaken = 0.05;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly Population _population = Population.Uniform("c", plan.Customers);

    /// <summary>Runs all of them until told to stop; a producer sends its last request until it is answered.</summary>
    public Task Run(CancellationToken stop, CancellationToken cancellation) => Task.WhenAll(
    [
        .. Enumerable.Range(0, plan.Producers).Select(number => Task.Run(() => Produce(number, stop, cancellation), cancellation)),
        .. Enumerable.Range(0, plan.Readers).Select(number => Task.Run(() => Read(number, stop, cancellation), cancellation)),
    ]);

    private async Task Produce(int number, CancellationToken stop, CancellationToken cancellation)
    {
        var shoppers = new Shoppers(_population, plan.Run, number);
        var random = new Xoshiro256(plan.Seed, (ulong)number + 1);
        using var body = new ClickBody();
        while (!stop.IsCancellationRequested)
        {
            var clicks = new Click[1 + random.NextInt32(LargestRequest)];
            for (var i = 0; i < clicks.Length; i++) clicks[i] = shoppers.Next();
            attempts.Try(clicks.Select(click => click.EventId));
            var bytes = body.Of(clicks).ToArray();
            var started = Stopwatch.GetTimestamp();
            while (!await client.Post(writes[random.NextInt32(writes.Length)], bytes, clicks, attempts, cancellation))
            {
                attempts.Repeat();
                await Task.Delay(Pause, cancellation);
            }

            attempts.Wrote(Stopwatch.GetElapsedTime(started));
            if (random.NextDouble() < RepeatedAlthoughTaken) await client.Post(writes[random.NextInt32(writes.Length)], bytes, clicks, attempts, cancellation);
            await Task.Delay(Pace, cancellation);
        }
    }

    private async Task Read(int number, CancellationToken stop, CancellationToken cancellation)
    {
        var random = new Xoshiro256(plan.Seed, 1000 + (ulong)number);
        while (!stop.IsCancellationRequested)
        {
            var customer = _population.Id(_population.Draw(ref random));
            var started = Stopwatch.GetTimestamp();
            while (!await client.Read(reads[random.NextInt32(reads.Length)], customer, null, cancellation)) await Task.Delay(Pause, cancellation);
            attempts.Read(Stopwatch.GetElapsedTime(started));
            await Task.Delay(Pace, cancellation);
        }
    }
}
