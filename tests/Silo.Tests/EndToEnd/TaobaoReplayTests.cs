using Personalization.Silo.Commands.Replay;
using Personalization.TestKit;
using Personalization.TestKit.Processes;

namespace Personalization.Silo.Tests.EndToEnd;

[Collection(Engines.Collection)]
public sealed class TaobaoReplayTests
{
    [Fact]
    public async Task Two_hours_of_a_large_shop_are_counted_to_the_event()
    {
        await using var engine = await EngineProcess.Start("--Personalization:Clock=Event");
        await Replays.Run(engine, RealData.File("taobao_userbehavior", "UserBehavior_2017-11-26_2h.csv.gz"), new ReplayOrder());

        var totals = await Totals.Drained(engine);
        Assert.Equal((58_732, 96_168, 85_773, 5_292, 2_144), (totals.Customers, totals.Events, totals.Views, totals.Carts, totals.Purchases));
        Assert.Equal(2_959, await Totals.OfType(engine, "productFavorited"));
        Assert.Equal((0, 0), (totals.DeadLetters, totals.Lost));
    }
}
