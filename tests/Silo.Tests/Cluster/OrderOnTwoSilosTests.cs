using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Commands.Verify;
using Personalization.Silo.Tests.EndToEnd;
using Personalization.TestKit;
using Personalization.TestKit.Processes;
using Personalization.TestKit.Redis;

namespace Personalization.Silo.Tests.Cluster;

/// <summary>Real events in order in one process, and the same late, early, repeated and reordered on two silos: the same customers.</summary>
[Collection(Engines.Collection)]
public sealed class OrderOnTwoSilosTests
{
    private const int Events = 3_000;

    /// <summary>After the newest event of both files.</summary>
    private const string At = "2019-10-02T00:00:00Z";

    [Fact]
    public async Task Late_early_repeated_and_reordered_events_on_two_silos_make_the_same_profiles_as_in_order_in_one_process()
    {
        // In the order of event time: the clock goes forward from the one to the other.
        string[] files = [RealData.File("taobao_userbehavior", "UserBehavior_2017-11-26_2h.csv.gz"), RealData.File("rees46_oct2019", "events.csv.gz")];
        RedisServer.SkipUnlessInstalled();
        await using var one = await EngineProcess.Start("--Personalization:Storage=Memory", "--Personalization:Clock=Event");
        foreach (var file in files) await Replays.Run(one, file, new ReplayOrder(Take: Events));
        var inOrder = await Totals.Drained(one);
        Assert.Equal((2 * Events, 0, 0), (inOrder.Events, inOrder.DeadLetters, inOrder.Lost));
        var profiles = await World.Read(one, At);

        await using var redis = await RedisServer.StartDurable();
        string[] settings = [.. RedisCluster.Settings(redis), "--Personalization:Clock=Event"];
        var silos = await Task.WhenAll(EngineProcess.Start(settings), EngineProcess.Start(settings));
        await using var first = silos[0];
        await using var second = silos[1];
        foreach (var file in files)
        {
            var tally = await Replays.Run(first, file, new ReplayOrder(TimeSpan.FromMinutes(30), Repeat: 0.3, Seed: 11, Take: Events));
            Assert.InRange(tally.Accepted, Events * 1.2, Events * 1.4);
        }

        Assert.Equal(inOrder, await Totals.Drained(second));
        var shuffled = await World.Read(second, At);
        Assert.Equal(profiles.Keys.Order(), shuffled.Keys.Order());
        var differences = profiles.SelectMany(pair => JsonDifferences.Find(pair.Value, shuffled[pair.Key]).Select(difference => $"{pair.Key}: {difference}")).ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(40))}");
    }
}
