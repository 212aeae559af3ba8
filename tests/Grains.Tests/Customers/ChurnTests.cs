using Personalization.Customers;
using Personalization.Events;
using Personalization.Grains.Tests.Cluster;

namespace Personalization.Grains.Tests.Customers;

public sealed class ChurnTests
{
    private const long Week = 7 * 86_400_000L;

    [Fact]
    public async Task A_customer_is_scored_through_the_durable_path_and_the_reason_cites_the_purchase_before_and_after_its_commit()
    {
        await using var engine = await EngineCluster.Start();
        var bought = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (40 * Week);
        var id = await engine.Post("ann", type: EventType.Purchase, time: bought);
        var reply = await engine.Grain("ann").GetChurn(new ChurnQuery(bought + (40 * Week), id));

        Assert.True(reply is { CaughtUp: true, AfterFound: true, Stale: false, AtBeforeNewest: false });
        Assert.Equal(ChurnBasis.Purchases, reply.Churn!.Basis);
        Assert.Equal(.38671, reply.Churn.ProbabilityAlive, 1e-5);
        Assert.Equal(id, reply.Churn.Reasons[0].EventId);

        // A newer event that is no purchase, all of it committed and the activation gone: the id comes from the journal.
        var view = await engine.Post("ann", time: bought + Week);
        await engine.Drain();
        await engine.Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        reply = await engine.Grain("ann").GetChurn(new ChurnQuery(reply.Churn.CrossesThresholdAt, view));
        Assert.Equal(.5, reply.Churn!.ProbabilityAlive, 1e-9);
        Assert.Equal(id, reply.Churn.Reasons[0].EventId);
        Assert.Equal(bought, reply.Churn.Reasons[0].At);
    }

    [Fact]
    public async Task A_time_before_the_newest_event_has_no_score()
    {
        await using var engine = await EngineCluster.Start();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var id = await engine.Post("ann", time: now);
        var reply = await engine.Grain("ann").GetChurn(new ChurnQuery(now - 1, id));
        Assert.True(reply is { AtBeforeNewest: true, Churn: null });
        Assert.Equal(now, reply.NewestEventTime);
    }

    [Fact]
    public async Task An_unknown_customer_has_the_prior_and_writes_nothing()
    {
        await using var engine = await EngineCluster.Start();
        var reply = await engine.Grain("nobody").GetChurn(new ChurnQuery(null, null));
        Assert.Equal(ChurnBasis.Activity, reply.Churn!.Basis);
        Assert.Equal(2d / 3, reply.Churn.ProbabilityAlive, 1e-12);
        Assert.Null(reply.NewestEventTime);
        await engine.Drain();
        Assert.Null(await engine.Store.ReadCustomer(engine.Map.PartitionOf(EngineCluster.Customer("nobody")), EngineCluster.Customer("nobody")));
    }
}
