using Personalization.Load.Decide;
using Personalization.Load.Hosting;
using Personalization.Load.Ingest;
using Personalization.Load.Latency;
using Personalization.Load.Reporting;
using Personalization.Silo.Tests.EndToEnd;

namespace Personalization.Silo.Tests.Load;

/// <summary>Short forms of the measurements, with real processes: whether they are right, never how fast they are.</summary>
[Collection(Engines.Collection)]
public sealed class LoadRunTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ingest_commits_exactly_what_was_accepted_through_every_door_of_both_systems()
    {
        var report = new RunReport("ingest");
        var plan = new IngestPlan
        {
            Storage = IngestStorage.Sqlite,
            Customers = 300,
            Zipf = 1,
            Duration = TimeSpan.FromSeconds(0.5),
            Rounds = 1,
            Connections = 8,
            Callers = 32,
            Batch = 32,
            Doors = Enum.GetValues<Door>(),
            Systems = [SystemKind.Engine, SystemKind.GroupedBaseline],
        };
        await new IngestRun(plan, report).Run(Stop);
        Assert.True(report.Holds, report.Failures);
    }

    [Fact]
    public async Task Decisions_are_answered_beside_empty_calls_and_everything_is_committed()
    {
        var report = new RunReport("decide");
        var plan = new DecidePlan { Candidates = [20], Stubbed = [true, false], Customers = 100, Connections = 4, Duration = TimeSpan.FromSeconds(0.5), Rounds = 1, Rate = 50, Writes = 50 };
        await new DecideRun(plan, report).Run(Stop);
        Assert.True(report.Holds, report.Failures);
    }

    [Fact]
    public async Task Every_click_is_seen_in_the_next_answer_by_warm_and_by_cold_customers()
    {
        var report = new RunReport("latency");
        var plan = new LatencyPlan { Rate = 200, Duration = TimeSpan.FromSeconds(1.5), Probes = 60, Customers = 500, Connections = 8 };
        await new LatencyRun(plan, report).Run(Stop);
        Assert.True(report.Holds, report.Failures);
    }
}
