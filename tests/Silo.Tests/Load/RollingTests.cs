using Personalization.Load.Reporting;
using Personalization.Load.Rolling;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit;
using Personalization.TestKit.Redis;

namespace Personalization.Silo.Tests.Load;

[Collection(Engines.Collection)]
[Trait(Timed.Trait, Timed.Alone)]
public sealed class RollingTests
{
    /// <summary>Generous: a machine that builds something else meanwhile is no fault of the cluster.</summary>
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_silo_joins_and_stops_under_traffic_and_nothing_is_lost()
    {
        RedisServer.SkipUnlessInstalled();
        var report = new RunReport("rolling");
        var run = new RollingRun(new RollingPlan { Calm = TimeSpan.Zero, MostSilos = 2, Restarts = false, Partitions = 8, Producers = 1, Customers = 100 }, report);
        await run.Run(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine(run.Summary);
        Assert.True(report.Holds, report.Failures);
        Assert.True(run.LongestGraceful < Stall, run.Summary);
        Assert.Matches(@"^accepted [1-9]\d*, folded [1-9]\d*, lost 0, doubled 0, dead-lettered 0, parked 0, longest stall ", run.Summary);
    }
}
