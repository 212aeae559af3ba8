using Personalization.Silo.Commands.Replay;
using Personalization.Silo.Commands.Verify;
using Personalization.TestKit;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.EndToEnd;

/// <summary>The same events in another order, with repeats and through kills, make the same customers.</summary>
[Collection(Engines.Collection)]
public sealed class SameWorldTwiceTests
{
    private const string At = "2019-10-01T03:00:00Z";

    [Fact]
    public async Task The_real_file_in_order_and_shuffled_with_repeats_and_kills_makes_every_profile_the_same()
    {
        var path = RealData.File("rees46_oct2019", "events.csv.gz");
        await using var first = await EngineProcess.Start("--Personalization:Clock=Event");
        await Replays.Run(first, path, new ReplayOrder());
        CheckTotals(await Totals.Drained(first));
        var inOrder = await World.Read(first, At);
        await CheckJournals(first);

        await using var second = await EngineProcess.Start("--Personalization:Clock=Event");
        var tally = await Replays.Run(second, path, new ReplayOrder(TimeSpan.FromMinutes(30), Repeat: 0.3, Seed: 42), killAt: [8, 20, 35]);
        Assert.InRange(tally.Accepted, 17_434 * 1.25, 17_434 * 1.35);
        CheckTotals(await Totals.Drained(second));
        var shuffled = await World.Read(second, At);
        await CheckJournals(second);

        Assert.Equal(4_504, inOrder.Count);
        Assert.Equal(inOrder.Keys.Order(), shuffled.Keys.Order());
        var differences = inOrder.SelectMany(pair => JsonDifferences.Find(pair.Value, shuffled[pair.Key]).Select(difference => $"{pair.Key}: {difference}")).ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(40))}");
    }

    private static void CheckTotals(Totals totals)
    {
        Assert.Equal(new Totals(4_504, 17_434, 17_055, 165, 214, 59_442.63m, 0, 0), totals);
    }

    private static async Task CheckJournals(EngineProcess engine)
    {
        Assert.Equal(0, await engine.Stop());
        var verify = await CommandRun.Engine(Patience.Limit, "verify", $"--Personalization:DataDirectory={engine.DataDirectory}", "--Personalization:Clock=Event");
        Assert.Equal("verified 4504 customers, 0 differences, 0 not verifiable", verify.LastLine);
        Assert.Equal(0, verify.ExitCode);
    }
}
