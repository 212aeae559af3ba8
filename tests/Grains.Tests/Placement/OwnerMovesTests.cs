using Orleans.TestingHost;
using Personalization.Grains.Tests.Cluster;
using Personalization.Partitions;
using Personalization.TestKit;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.Placement;

/// <summary>Owners follow the silos, each with one new tenure, whether a silo comes or goes.</summary>
public sealed class OwnerMovesTests
{
    private const int Partitions = 12;

    [Fact]
    public async Task A_silo_that_joins_gets_its_share_and_one_that_stops_hands_it_back_with_one_tenure_each()
    {
        FaultyPartitionStore? store = null;
        await using var engine = await EngineCluster.Start(silos: 1, partitions: Partitions, store: inner => store = new FaultyPartitionStore(inner));
        for (var i = 0; i < 60; i++) await engine.Post($"customer-{i}");
        await engine.Drain();
        var alone = await Owners(engine);
        Assert.Single(alone.Select(owner => owner.Silo).Distinct());
        var claims = Claims(store!);

        var second = await engine.Cluster.StartAdditionalSiloAsync();
        var spread = await Eventually(engine, owners => owners.Count(owner => IsOn(owner, second)) == Partitions / 2);
        claims = AssertOneTenureEach(store!, claims, alone, spread);

        for (var i = 0; i < 60; i++) await engine.Post($"customer-{i}");
        await engine.Cluster.StopSiloAsync(second);
        var back = await Eventually(engine, owners => !owners.Any(owner => IsOn(owner, second)));
        AssertOneTenureEach(store!, claims, spread, back);

        await engine.Drain();
        for (var i = 0; i < 60; i++) Assert.Equal(2, (await engine.Read($"customer-{i}")).Totals.Events);
    }

    private static bool IsOn(PartitionStatus owner, InProcessSiloHandle silo) => owner.Silo == silo.SiloAddress.ToParsableString();

    private static int[] Claims(FaultyPartitionStore store) => [.. Enumerable.Range(0, Partitions).Select(store.ClaimsOf)];

    /// <summary>A partition that moved was claimed once more, under a later epoch; the others were left alone. Answers the claims as of now.</summary>
    private static int[] AssertOneTenureEach(FaultyPartitionStore store, int[] claims, PartitionStatus[] before, PartitionStatus[] after)
    {
        var now = Claims(store);
        for (var partition = 0; partition < Partitions; partition++)
        {
            var hasMoved = before[partition].Silo != after[partition].Silo;
            Assert.Equal(claims[partition] + (hasMoved ? 1 : 0), now[partition]);
            Assert.Equal(hasMoved ? 1 : 0, after[partition].Epoch.Counter.CompareTo(before[partition].Epoch.Counter));
        }

        return now;
    }

    private static Task<PartitionStatus[]> Owners(EngineCluster engine) =>
        Task.WhenAll(Enumerable.Range(0, Partitions).Select(partition => engine.Client.GetGrain<IPartitionGrain>(partition).Ensure()));

    private static async Task<PartitionStatus[]> Eventually(EngineCluster engine, Func<PartitionStatus[], bool> condition)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var owners = await Owners(engine);
            if (condition(owners)) return owners;
            await Task.Delay(20, timeout.Token);
        }
    }
}
