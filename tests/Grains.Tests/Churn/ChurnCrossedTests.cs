using System.Text.Json;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Events;
using Personalization.Grains.Tests.Cluster;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Churn;

/// <summary>Crossings through the durable path, on the clock of events.</summary>
public sealed class ChurnCrossedTests
{
    private const long Hour = 3_600_000;
    private const long Bought = 1_700_049_600_000;

    [Fact]
    public async Task A_crossing_is_told_once_to_the_outbox_and_to_who_watches_and_again_after_the_next_order()
    {
        await using var engine = await EngineCluster.Start(configure: options => options.Clock = ClockKind.Event);
        var partition = engine.Map.PartitionOf(EngineCluster.Customer("ann"));
        await engine.Store.RegisterConsumer(partition, "test");
        var id = await engine.Post("ann", type: EventType.Purchase, time: Bought);
        var crossing = (await engine.Grain("ann").GetChurn(new ChurnQuery(null, id))).Churn!.CrossesThresholdAt!.Value;
        await engine.Drain();

        var told = new Told(2);
        await engine.Grain("ann").Watch(engine.Client.CreateObjectReference<ICustomerObserver>(told));
        await Advance(engine, crossing + Hour);
        await told.First.WaitAsync(Patience.Limit);
        await engine.Drain();
        var fact = Assert.Single(await Facts(engine, partition));
        Assert.Equal(("default/ann", crossing, Bought), (fact.GetProperty("customer").GetString(), fact.GetProperty("crossedAt").GetInt64(), fact.GetProperty("lastPurchaseAt").GetInt64()));
        Assert.Equal(crossing, Assert.Single(told.Crossings));

        // The same wake-up once more, and later ones, to a customer that comes back from its row.
        await engine.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        var parameters = new ChurnParameters { R = .5248, Alpha = 6.183, A = .891, B = 1.614, Threshold = .5 };
        foreach (var due in (long[])[crossing, crossing + 1])
            await engine.Append(partition, engine.Codec.Write(new EntryEnvelope(EntryKind.WakeUp, EngineCluster.Customer("ann"), $"wake:{due}", due), new WakeUp { Due = due, Churn = parameters }));
        await engine.Drain();
        Assert.Single(await Facts(engine, partition));

        id = await engine.Post("ann", type: EventType.Purchase, time: crossing + (2 * Hour));
        var next = (await engine.Grain("ann").GetChurn(new ChurnQuery(null, id))).Churn!.CrossesThresholdAt!.Value;
        await engine.Drain();
        await engine.Grain("ann").Watch(engine.Client.CreateObjectReference<ICustomerObserver>(told));
        await Advance(engine, next + Hour);
        await told.All.WaitAsync(Patience.Limit);
        await engine.Drain();
        Assert.Equal([crossing, next], (await Facts(engine, partition)).Select(fact => fact.GetProperty("crossedAt").GetInt64()));
    }

    [Fact]
    public async Task A_threshold_of_the_settings_moves_the_crossing()
    {
        await using var engine = await EngineCluster.Start(configure: options =>
        {
            options.Clock = ClockKind.Event;
            options.Churn.Threshold = .6;
        });
        var partition = engine.Map.PartitionOf(EngineCluster.Customer("ann"));
        await engine.Store.RegisterConsumer(partition, "test");
        await engine.Post("ann", type: EventType.Purchase, time: Bought);
        await engine.Drain();
        var told = new Told(1);
        await engine.Grain("ann").Watch(engine.Client.CreateObjectReference<ICustomerObserver>(told));
        // With one half it would come after 13 weeks.
        await Advance(engine, Bought + (12 * 7 * 24 * Hour));
        await told.All.WaitAsync(Patience.Limit);
        await engine.Drain();
        Assert.Equal(.6, Assert.Single(await Facts(engine, partition)).GetProperty("threshold").GetDouble());
    }

    private static async Task Advance(EngineCluster engine, long at)
    {
        for (var partition = 0; partition < engine.Log.Partitions; partition++)
        {
            var envelope = new EntryEnvelope(EntryKind.Clock, CustomerKey.Parse("default/"), $"clock:{at}", at);
            await engine.Append(partition, engine.Codec.Write(envelope, new ClockAdvance { At = at }));
        }
    }

    private static async Task<List<JsonElement>> Facts(EngineCluster engine, int partition)
    {
        var page = await engine.Store.ReadOutbox(partition, 0, 10_000);
        return [.. page.Rows.Where(row => row.Item.Kind == ChurnCrossed.Kind).Select(row => JsonDocument.Parse(row.Item.Bytes).RootElement)];
    }

    /// <summary>Collects crossings as a watcher hears of them.</summary>
    private sealed class Told(int expected) : ICustomerObserver
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<long> _crossings = [];

        public Task First => _first.Task;

        public Task All => _all.Task;

        public IReadOnlyList<long> Crossings
        {
            get
            {
                lock (_crossings) return [.. _crossings];
            }
        }

        public Task Changed(ProfileChanged change)
        {
            lock (_crossings)
            {
                _crossings.AddRange(change.Events.Where(happened => happened.Type == ChurnCrossed.Kind).Select(happened => happened.EventTime));
                if (_crossings.Count > 0) _first.TrySetResult();
                if (_crossings.Count >= expected) _all.TrySetResult();
            }

            return Task.CompletedTask;
        }
    }
}
