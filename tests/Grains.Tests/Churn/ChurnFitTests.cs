using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Events;
using Personalization.Grains.Tests.Cluster;
using Personalization.Models;
using Personalization.TestKit;

namespace Personalization.Grains.Tests.Churn;

/// <summary>Parameters fitted in a cluster to customers whose parameters are known.</summary>
public sealed class ChurnFitTests
{
    private const long Day = 86_400_000;
    private const int Start = 19_700;
    private const int Customers = 700;

    [Fact]
    public async Task The_population_is_fitted_while_it_buys_and_the_fit_outlives_the_silo_that_learned_it()
    {
        await using var engine = await EngineCluster.Start(silos: 2, configure: Configure);
        await Buy(engine);
        Assert.True(await Learner(engine).Drain(Patience.Limit));
        // Fits before now are of what was known so far; a further day makes one of everything.
        await engine.Post("last", type: EventType.Purchase, time: (Start + 370) * Day);
        await engine.Drain();
        var fitted = await Fitted(engine, Start + 370);
        Assert.Equal((ParameterSource.Fitted, Customers + 1), (fitted.Source, fitted.Customers));
        // The truth is r .8, α 15; 700 customers tell the mean rate to about a tenth.
        Assert.InRange(fitted.R / fitted.Alpha, .8 / 15 * .7, .8 / 15 * 1.3);

        var status = await Learner(engine).Ensure();
        Assert.Equal(0, status.Failed);
        await engine.Cluster.KillSiloAsync(engine.Cluster.Silos.Single(silo => silo.SiloAddress.ToParsableString() == status.Silo));
        Assert.Equal(fitted, await Parameters(engine));
        Assert.True(await Learner(engine).Drain(Patience.Limit));
        Assert.NotEqual(status.Silo, (await Learner(engine).Ensure()).Silo);
        // The new learner goes on from what was stored: another day makes the next fit, and no customer is counted twice.
        await engine.Post("late", type: EventType.Purchase, time: (Start + 400) * Day);
        await engine.Drain();
        var next = await Fitted(engine, Start + 400);
        Assert.Equal((Customers + 2, fitted.Version + 1), (next.Customers, next.Version));
    }

    [Fact]
    public async Task While_learning_is_frozen_nothing_is_fitted()
    {
        await using var engine = await EngineCluster.Start(configure: options =>
        {
            Configure(options);
            options.Learning = LearningKind.Frozen;
        });
        await Buy(engine);
        Assert.True(await Learner(engine).Drain(Patience.Limit));
        Assert.Equal((ParameterSource.Settings, 0), ((await Parameters(engine)).Source, (await Parameters(engine)).Version));
        Assert.True((await Learner(engine).Ensure()) is { Examples: 0, Skipped: > 0 });
    }

    private static void Configure(PersonalizationOptions options)
    {
        options.Clock = ClockKind.Event;
        options.Churn.Fit.MinCustomers = 500;
        options.Models.PollInterval = TimeSpan.FromMilliseconds(10);
        options.Models.SaveInterval = TimeSpan.FromMilliseconds(100);
    }

    private static async Task Buy(EngineCluster engine)
    {
        // By day, as a shop has them.
        foreach (var (customer, day, _) in new SimulatedBuyers(3).Buy(Customers, Start, 52).OrderBy(purchase => purchase.Day))
            await engine.Post($"c{customer}", type: EventType.Purchase, time: (day * Day) + (Day / 2));
        await engine.Drain();
    }

    private static ILearnerGrain Learner(EngineCluster engine) => engine.Client.GetGrain<ILearnerGrain>("churn");

    private static async Task<ChurnParametersView> Parameters(EngineCluster engine)
    {
        var churn = (await engine.Grain("late").GetChurn(new ChurnQuery(null, null))).Churn!;
        if (churn.Basis == ChurnBasis.Purchases) return churn.Parameters!;
        return (await engine.Grain("c0").GetChurn(new ChurnQuery(null, null))).Churn!.Parameters!;
    }

    /// <summary>The parameters once everything that was committed is learned, fitted and on the silo of the customer that is asked.</summary>
    private static async Task<ChurnParametersView> Fitted(EngineCluster engine, int asOf)
    {
        using var timeout = new CancellationTokenSource(Patience.Limit);
        Assert.True(await Learner(engine).Drain(Patience.Limit));
        while (true)
        {
            var parameters = await Parameters(engine);
            if (parameters.FittedTo == asOf) return parameters;
            await Task.Delay(20, timeout.Token);
        }
    }
}
