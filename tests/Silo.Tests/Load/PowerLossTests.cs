using Personalization.Load.PowerLoss;
using Personalization.Load.Reporting;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit.Redis;

namespace Personalization.Silo.Tests.Load;

[Collection(Engines.Collection)]
public sealed class PowerLossTests
{
    [Fact]
    public async Task A_redis_that_loses_its_last_second_costs_that_second_and_nothing_else()
    {
        RedisServer.SkipUnlessInstalled();
        var report = new RunReport("powerloss");
        await new PowerLossRun(TimeSpan.FromSeconds(2), unsaved: TimeSpan.FromSeconds(1), report).Run(TestContext.Current.CancellationToken);
        Assert.True(report.Holds, report.Failures);
    }
}
