using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Cluster;

public sealed class IsolationTests
{
    [Fact]
    public async Task A_customer_that_hangs_is_parked_and_stops_nobody_and_is_filled_once_it_answers()
    {
        HungCustomerStore? store = null;
        await using var engine = await EngineCluster.Start(
            partitions: 1,
            store: inner => store = new HungCustomerStore(inner, EngineCluster.Customer("hung")),
            configure: options => options.Owner.ParkAfter = TimeSpan.FromSeconds(1));
        for (var i = 0; i < 5; i++)
        {
            await engine.Post("hung");
            await engine.Post("ann");
        }

        // The position passes the hung customer's entries: everything taken is committed or parked.
        await engine.Drain();
        Assert.Equal(5, (await engine.Read("ann")).Totals.Events);
        Assert.Equal([EngineCluster.Customer("hung")], (await engine.Store.ReadPartition(0)).Parks.Keys);

        await engine.Post("hung");
        store!.Open();
        await Eventually(async () => (await engine.Store.ReadPartition(0)).Parks.Count == 0);
        await engine.Post("hung");
        await engine.Drain();

        Assert.Equal(7, (await engine.Read("hung")).Totals.Events);
        Assert.Equal(12, (await engine.Store.ReadPartition(0)).Counters["events"]);
    }

    [Fact]
    public async Task An_entry_that_the_fold_rejects_is_set_aside_and_can_be_driven_again_or_discarded()
    {
        await using var engine = await EngineCluster.Start(partitions: 1);
        await engine.Post("ann");
        var position = await Append(engine, "ann", "poison", EntryKind.Event, new CustomerEvent { Type = (EventType)250 });
        await engine.Post("ann");
        await engine.Drain();

        var letter = Assert.Single(await engine.OwnerOf("ann").ListDeadLetters(0, 10));
        Assert.Equal(position, letter.Position);
        Assert.Equal(2, (await engine.Read("ann")).Totals.Events);

        Assert.NotNull(await engine.OwnerOf("ann").Redrive(position));
        await engine.Drain();
        var again = Assert.Single(await engine.OwnerOf("ann").ListDeadLetters(0, 10));
        Assert.True(again.Position > position, "what was driven again is rejected again, as a dead letter of its own");

        Assert.True(await engine.OwnerOf("ann").Discard(again.Position));
        Assert.Empty(await engine.OwnerOf("ann").ListDeadLetters(0, 10));
    }

    [Fact]
    public async Task Bytes_that_are_no_entry_are_passed_and_kept_as_a_dead_letter_of_nobody()
    {
        await using var engine = await EngineCluster.Start(partitions: 1);
        await engine.Append(0, [1, 2, 3]);
        await engine.Post("ann");
        await engine.Drain();

        Assert.Null(Assert.Single(await engine.OwnerOf("ann").ListDeadLetters(0, 10)).Customer);
        Assert.Equal(1, (await engine.Read("ann")).Totals.Events);
        Assert.Equal(2, (await engine.Store.ReadPartition(0)).Position);
    }

    [Fact]
    public async Task An_erased_customer_leaves_a_tombstone_and_a_new_event_starts_afresh()
    {
        await using var engine = await EngineCluster.Start(partitions: 1);
        var customer = EngineCluster.Customer("ann");
        await engine.Post("ann", "e1");
        await engine.Drain();
        await Append(engine, "ann", "erase", EntryKind.Erasure, new Erasure());
        await engine.Post("ann", "e1");
        await engine.Drain();

        Assert.Equal(0, (await engine.Read("ann")).Totals.Events);
        Assert.True((await engine.Store.ReadCustomer(0, customer))!.IsTombstone);
        Assert.Empty(await engine.Store.ReadJournal(0, customer, 0, 100));
        Assert.Equal(0, (await engine.Store.ReadPartition(0)).Counters.GetValueOrDefault("customers"));

        await engine.Post("ann", "e2");
        await engine.Drain();
        Assert.Equal(1, (await engine.Read("ann")).Totals.Events);
        Assert.False((await engine.Store.ReadCustomer(0, customer))!.IsTombstone);
    }

    private static Task<long> Append(EngineCluster engine, string customer, string id, EntryKind kind, object payload) =>
        engine.Append(0, engine.Codec.Write(new EntryEnvelope(kind, EngineCluster.Customer(customer), id, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Flags: EntryFlags.ProducerGaveId), payload));

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (!await condition()) await Task.Delay(20, timeout.Token);
    }
}
