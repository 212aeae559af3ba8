using Personalization.Events;
using Personalization.TestKit;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.Cluster;

public sealed class DurablePathTests
{
    [Fact]
    public async Task A_reader_sees_its_own_click()
    {
        await using var engine = await EngineCluster.Start();
        var start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        for (var i = 1; i <= 20; i++)
        {
            var id = await engine.Post("ann", item: $"item-{i}", time: start + i);
            var view = await engine.Read("ann", after: id);
            Assert.Equal(i, view.Totals.Views);
            Assert.Equal($"item-{i}", view.RecentItems[0].ItemId);
            Assert.Equal(id, view.RecentItems[0].EventId);
        }
    }

    [Fact]
    public async Task An_event_reaches_the_live_profile_without_anybody_asking()
    {
        await using var engine = await EngineCluster.Start();
        await engine.Read("ann");
        var told = new ToldOnce();
        var reference = engine.Client.CreateObjectReference<Personalization.Customers.ICustomerObserver>(told);
        await engine.Grain("ann").Watch(reference);

        var id = await engine.Post("ann");
        var change = await told.Change.WaitAsync(Patience.Limit);

        Assert.Equal(id, Assert.Single(change.Events).EventId);
    }

    [Fact]
    public async Task A_repeat_counts_once_and_an_unknown_customer_writes_nothing()
    {
        await using var engine = await EngineCluster.Start();
        await engine.Post("ann", "e1");
        await engine.Post("ann", "e1");
        await engine.Drain();
        Assert.Equal(1, (await engine.Read("ann")).Totals.Views);

        Assert.Equal(0, (await engine.Read("nobody")).Totals.Events);
        await engine.Drain();
        Assert.Null(await engine.Store.ReadCustomer(engine.Map.PartitionOf(EngineCluster.Customer("nobody")), EngineCluster.Customer("nobody")));
    }

    [Fact]
    public async Task What_is_committed_survives_every_activation_and_the_log_gives_the_rest()
    {
        await using var engine = await EngineCluster.Start(silos: 2);
        for (var i = 0; i < 200; i++) await engine.Post($"customer-{i % 20}", type: i % 5 == 0 ? EventType.Purchase : EventType.ProductViewed);
        await engine.Drain();
        for (var i = 0; i < 100; i++) await engine.Post($"customer-{i % 20}");

        await engine.Cluster.KillSiloAsync(engine.Cluster.Silos[1]);
        await engine.Drain();

        for (var i = 0; i < 20; i++)
        {
            var view = await engine.Read($"customer-{i}");
            Assert.Equal(15, view.Totals.Events);
            Assert.Equal(i % 5 == 0 ? 10 : 0, view.Totals.Purchases);
        }
    }

    [Fact]
    public async Task A_released_partition_is_owned_again_under_a_later_epoch_claimed_once()
    {
        FaultyPartitionStore? store = null;
        await using var engine = await EngineCluster.Start(store: inner => store = new FaultyPartitionStore(inner));
        await engine.Post("ann");
        var before = await engine.OwnerOf("ann").Ensure();
        var claims = store!.ClaimsOf(before.Partition);
        await engine.OwnerOf("ann").Release();
        await engine.Post("ann");

        Assert.Equal(2, (await engine.Read("ann", after: "event-2")).Totals.Views);
        Assert.True((await engine.OwnerOf("ann").Ensure()).Epoch.Counter > before.Epoch.Counter);
        Assert.Equal(claims + 1, store.ClaimsOf(before.Partition));
    }

    [Fact]
    public async Task Two_owners_of_one_partition_never_both_commit()
    {
        await using var engine = await EngineCluster.Start();
        var partition = engine.Map.PartitionOf(EngineCluster.Customer("ann"));
        await engine.Post("ann");
        await engine.Drain();

        // Somebody else claims the partition: the owner at work learns it at its next commit, stops, and begins anew.
        var claimed = await engine.Store.Claim(partition, 42);
        for (var i = 0; i < 10; i++) await engine.Post("ann");
        await engine.OwnerOf("ann").Drain(TimeSpan.FromSeconds(2));
        await engine.Drain();

        Assert.Equal(11, (await engine.Read("ann")).Totals.Views);
        Assert.True((await engine.Store.ReadPartition(partition)).Epoch.Counter > claimed.Epoch.Counter);
    }

    [Fact]
    public async Task An_idle_customer_leaves_the_memory_and_comes_back_as_it_was()
    {
        await using var engine = await EngineCluster.Start(configure: options => options.Owner.CustomerIdle = TimeSpan.FromSeconds(1));
        await engine.Post("ann");
        await engine.Drain();
        Assert.Equal(1, await Customers(engine));

        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (await Customers(engine) > 0) await Task.Delay(50, timeout.Token);

        Assert.Equal(1, (await engine.Read("ann")).Totals.Views);
    }

    private static async Task<int> Customers(EngineCluster engine) =>
        (await engine.Client.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics())
        .Where(grain => grain.GrainType.Contains("CustomerGrain", StringComparison.Ordinal)).Sum(grain => grain.ActivationCount);

    private sealed class ToldOnce : Personalization.Customers.ICustomerObserver
    {
        private readonly TaskCompletionSource<Personalization.Customers.ProfileChanged> _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Personalization.Customers.ProfileChanged> Change => _change.Task;

        public Task Changed(Personalization.Customers.ProfileChanged change)
        {
            _change.TrySetResult(change);
            return Task.CompletedTask;
        }
    }
}
