using System.Diagnostics;
using Personalization.Configuration;
using Personalization.Events;
using Personalization.Log;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Cluster;

/// <summary>
/// One customer or producer makes trouble in a partition, and the others of that very partition click and look. What they wait is printed beside what they wait alone; the bound is generous, since the
/// machine may have other work.
/// </summary>
[Trait(Timed.Trait, Timed.Alone)]
public sealed class OthersLatencyTests
{
    private const int Others = 20;
    private const int Rounds = 160;
    private const int HotEventsPerSecond = 2_000;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Poison_entries_stop_nobody()
    {
        await using var engine = await Start();
        var poison = new byte[][] { [1, 2, 3], Entry(engine, "poisoned", new CustomerEvent { Type = (EventType)250 }) };
        await Compare(engine, "poison entries", async (underWay, stop) =>
        {
            while (!stop.IsCancellationRequested)
            {
                foreach (var bytes in poison) await engine.Append(0, bytes);
                underWay();
                await Task.Delay(5, CancellationToken.None);
            }
        });
        Assert.True((await engine.Store.ReadPartition(0)).DeadLetters > 0);
    }

    [Fact]
    public async Task A_hung_customer_stops_nobody()
    {
        HungCustomerStore? store = null;
        await using var engine = await Start(store: inner => store = new HungCustomerStore(inner, EngineCluster.Customer("hung")));
        await Compare(engine, "a hung customer", async (underWay, stop) =>
        {
            while (!stop.IsCancellationRequested)
            {
                await engine.Post("hung");
                underWay();
                await Task.Delay(5, CancellationToken.None);
            }
        });
        Assert.Equal([EngineCluster.Customer("hung")], (await engine.Store.ReadPartition(0)).Parks.Keys);
        store!.Open();
    }

    [Fact]
    public async Task A_hot_customer_of_two_thousand_events_a_second_stops_nobody()
    {
        await using var engine = await Start();
        var sent = 0;
        var took = await Compare(engine, "a customer of 2,000 events/s", async (underWay, stop) =>
        {
            var started = Stopwatch.GetTimestamp();
            while (!stop.IsCancellationRequested)
            {
                var due = (int)(Stopwatch.GetElapsedTime(started).TotalSeconds * HotEventsPerSecond) - sent;
                await Task.WhenAll(Enumerable.Range(0, due).Select(_ => engine.Post("hot")));
                sent += due;
                if (sent > HotEventsPerSecond / 4) underWay();
                await Task.Delay(5, CancellationToken.None);
            }
        });
        Assert.True(sent > took.TotalSeconds * HotEventsPerSecond / 2, $"only {sent} events in {took}: the customer was not hot");
        Assert.Equal(sent, (await engine.Read("hot")).Totals.Events);
    }

    [Fact]
    public async Task A_producer_that_floods_stops_nobody()
    {
        await using var engine = await Start();
        var sent = 0;
        var limit = new PersonalizationOptions().Limits.PartitionLag;
        await Compare(engine, "a flood", async (underWay, stop) =>
        {
            while (!stop.IsCancellationRequested)
            {
                // What the gateway does with 429: a partition that is far behind takes nothing more.
                if ((await engine.OwnerOf("flooded-0").Ensure()) is var status && status.Tail - status.Committed > limit)
                {
                    await Task.Delay(5, CancellationToken.None);
                    continue;
                }

                await Task.WhenAll(Enumerable.Range(0, 256).Select(i => engine.Post($"flooded-{i}")));
                sent += 256;
                if (sent > 10 * 256) underWay();
            }
        });
        Assert.Equal(sent + (2 * Rounds), (await engine.Store.ReadPartition(0)).Counters["events"]);
    }

    private static Task<EngineCluster> Start(Func<Stores.IPartitionStore, Stores.IPartitionStore>? store = null) =>
        EngineCluster.Start(partitions: 1, store: store, configure: options => options.Owner.ParkAfter = TimeSpan.FromSeconds(1));

    private static byte[] Entry(EngineCluster engine, string customer, object payload) =>
        engine.Codec.Write(new EntryEnvelope(EntryKind.Event, EngineCluster.Customer(customer), $"poison-{customer}", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Flags: EntryFlags.ProducerGaveId), payload);

    /// <summary>Measures the others alone and beside the trouble; answers how long the trouble lasted.</summary>
    private static async Task<TimeSpan> Compare(EngineCluster engine, string what, Func<Action, CancellationToken, Task> trouble)
    {
        var alone = await ClickAndLook(engine, 0);
        using var stop = new CancellationTokenSource();
        var started = Stopwatch.GetTimestamp();
        var underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var troubling = Task.Run(() => trouble(() => underWay.TrySetResult(), stop.Token));
        await Task.WhenAny(underWay.Task, troubling).WaitAsync(Patience.Limit);
        var beside = await ClickAndLook(engine, Rounds / Others);
        await stop.CancelAsync();
        await troubling.WaitAsync(Patience.Limit);
        var took = Stopwatch.GetElapsedTime(started);
        await engine.Drain();
        for (var i = 0; i < Others; i++) Assert.Equal(2 * Rounds / Others, (await engine.Read($"other-{i}")).Totals.Events);
        TestContext.Current.TestOutputHelper!.WriteLine($"the others' click to effect beside {what}: p50 {Percentile(beside, 50):0.00} p99 {Percentile(beside, 99):0.0} ms; alone: p50 {Percentile(alone, 50):0.00} p99 {Percentile(alone, 99):0.0} ms");
        Assert.True(Percentile(beside, 99) < Bound.TotalMilliseconds, $"p99 {Percentile(beside, 99):0} ms beside {what}");
        return took;
    }

    /// <summary>The others click in turn and look until the click is in the profile; answers the milliseconds, least first.</summary>
    private static async Task<double[]> ClickAndLook(EngineCluster engine, int before)
    {
        var times = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var customer = $"other-{round % Others}";
            var started = Stopwatch.GetTimestamp();
            var id = await engine.Post(customer);
            while ((await engine.Read(customer, after: id)).Totals.Events < before + 1 + (round / Others))
                Assert.True(Stopwatch.GetElapsedTime(started) < Patience.Limit, $"{id} of {customer} does not become visible");
            times[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(times);
        return times;
    }

    private static double Percentile(double[] sorted, double percentile) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * percentile / 100))];
}
