using Personalization.Algorithms.Evaluation;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Simulation;

namespace Personalization.Engine.Tests.Simulation;

/// <summary>The short form of <c>simulate</c>: fewer decisions and seeds than the command's, the same measures.</summary>
public sealed class ExperimentTests
{
    private const int Decisions = 15_000;

    [Fact]
    public void Policies_that_learn_come_near_the_oracle_and_uniform_choice_stays_where_it_is()
    {
        foreach (var kind in new[] { PolicyKind.LinearThompsonSampling, PolicyKind.LogisticThompsonSampling, PolicyKind.SquareCb })
        {
            var last = new RunningMean();
            for (var seed = 21UL; seed <= 23; seed++)
            {
                var experiment = new PolicyExperiment(new SimulatedWorld(new SimulationOptions { Seed = seed, Shoppers = 0 }), Decisions);
                var share = experiment.Share(experiment.Run(new PolicyOptions { Kind = kind }), ^5000..);
                Assert.InRange(share, 0.5, 1);
                last.Add(share);
            }

            Assert.True(last.Mean > 0.75, $"{kind}: {last.Mean:F3}");
        }
    }

    [Fact]
    public void Uniform_choice_measures_zero_and_the_oracle_one()
    {
        var experiment = new PolicyExperiment(new SimulatedWorld(new SimulationOptions { Seed = 24, Shoppers = 0 }), 2000);
        Assert.Equal(0, experiment.Share(experiment.Run(new PolicyOptions { Kind = PolicyKind.Uniform }), ..), 1e-6);
        Assert.Equal(1, experiment.Share(experiment.Oracle, ..), 1e-12);
    }

    [Fact]
    public void The_same_experiment_gives_the_same_figures()
    {
        var (one, other) = (Run(), Run());
        Assert.Equal(one, other);

        static double[] Run() => new PolicyExperiment(new SimulatedWorld(new SimulationOptions { Seed = 25, Shoppers = 0 }), 1000).Run(new PolicyOptions());
    }

    [Fact]
    public void Own_parameters_earn_more_than_the_shared_model_alone()
    {
        // 500 customers here: the shared model has a quarter of the data, which favours neither side. Paired by seed.
        var difference = new RunningMean();
        for (var seed = 31UL; seed <= 34; seed++)
        {
            var experiment = new CustomerExperiment(new SimulatedWorld(new SimulationOptions { Seed = seed, Shoppers = 500, BotShare = 0 }), 25);
            var options = new PolicyOptions { Kind = PolicyKind.LogisticThompsonSampling };
            var own = experiment.Run(options, own: true);
            var shared = experiment.Run(options, own: false);
            Assert.True(own.Uniform < shared.Policy && own.Policy < own.Oracle);
            Assert.Equal(own.Policy, own.ByNth.Average(), 1e-9);
            difference.Add(own.Policy - shared.Policy);
        }

        Assert.True(difference.Mean > 0, $"{difference.Mean:F4} ± {difference.StandardError:F4}");
    }
}
