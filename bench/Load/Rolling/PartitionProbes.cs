using System.Diagnostics;
using System.Globalization;
using Personalization.Algorithms.Numerics;
using Personalization.Events;
using Personalization.Load.Clusters;
using Personalization.Load.Latency;
using Personalization.Load.Traffic;
using Personalization.Partitions;

namespace Personalization.Load.Rolling;

/// <summary>
/// One shopper per partition, who clicks and looks until the click is in the profile, again and again: so a stall of any single partition is seen, and how long it was. Each try goes to another
/// gateway.
/// </summary>
internal sealed class PartitionProbes
{
    /// <summary>More than one, so that none has more ids in ten minutes than its repeats can be told apart by.</summary>
    private const int CustomersOfPartition = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private readonly ClusterClient _client;
    private readonly Uri[] _gateways;
    private readonly Attempts _attempts;
    private readonly ulong _seed;
    private readonly List<string>[] _customers;
    private readonly long[] _rounds;
    private readonly Lock _gate = new();
    private ProbeTimes _times = new();

    public PartitionProbes(ClusterClient client, Uri[] gateways, Attempts attempts, int partitions, ulong seed)
    {
        (_client, _gateways, _attempts, _seed) = (client, gateways, attempts, seed);
        _customers = [.. Enumerable.Range(0, partitions).Select(_ => new List<string>())];
        _rounds = new long[partitions];
        var map = new PartitionMap(partitions);
        for (var i = 0; _customers.Any(customers => customers.Count < CustomersOfPartition); i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"probe{i}");
            var customers = _customers[map.PartitionOf(CustomerKey.Create(CustomerKey.DefaultTenant, CustomerKeyKind.Customer, id))];
            if (customers.Count < CustomersOfPartition) customers.Add(id);
        }
    }

    /// <summary>Runs until told to stop.</summary>
    public Task Run(CancellationToken stop, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, _customers.Length).Select(partition => Task.Run(() => Walk(partition, stop, cancellation), cancellation)));

    /// <summary>What was measured since the last call.</summary>
    public ProbeTimes Take()
    {
        lock (_gate)
        {
            var taken = _times;
            _times = new ProbeTimes();
            return taken;
        }
    }

    /// <summary>Waits until every partition has taken a click and shown it, from begin to end after this call.</summary>
    public async Task EveryPartitionAnswers(CancellationToken cancellation)
    {
        // The round under way at the call may have begun before it.
        var enough = _rounds.Select((_, partition) => Volatile.Read(ref _rounds[partition]) + 2).ToArray();
        while (enough.Where((rounds, partition) => Volatile.Read(ref _rounds[partition]) < rounds).Any()) await Task.Delay(Pause, cancellation);
    }

    private async Task Walk(int partition, CancellationToken stop, CancellationToken cancellation)
    {
        var random = new Xoshiro256(_seed, 5000 + (ulong)partition);
        using var body = new ClickBody();
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"probe-{partition}-{number}");
            var click = new Click(id, _customers[partition][number % CustomersOfPartition], EventType.ProductViewed, number % 100, 0, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            _attempts.Try([id]);
            var started = Stopwatch.GetTimestamp();
            while (!await _client.Post(_gateways[random.NextInt32(_gateways.Length)], body.Of(click).ToArray(), [click], _attempts, cancellation))
            {
                _attempts.Repeat();
                await Task.Delay(Pause, cancellation);
            }

            var taken = Stopwatch.GetTimestamp();
            while (!await _client.Read(_gateways[random.NextInt32(_gateways.Length)], click.CustomerId, id, cancellation)) await Task.Delay(Pause, cancellation);
            var seen = Stopwatch.GetTimestamp();
            lock (_gate)
            {
                _times.Write.Record(started, taken);
                _times.Effect.Record(taken, seen);
            }

            Interlocked.Increment(ref _rounds[partition]);
            await Task.Delay(Pace * (0.5 + random.NextDouble()), cancellation);
        }
    }
}

/// <summary>What the probes measured in one step. A wait belongs to the step in which it ended; a step ends only once nobody waits for what it did.</summary>
internal sealed class ProbeTimes
{
    /// <summary>From the first try of a click to its being taken.</summary>
    public LatencyTimes Write { get; } = new("write");

    /// <summary>From there to its being seen in the profile.</summary>
    public LatencyTimes Effect { get; } = new("effect");
}
