using Personalization.Algorithms.Bandits;
using Personalization.Algorithms.Bandits.Policies;
using Personalization.Algorithms.Bandits.Posteriors;

namespace Personalization.Algorithms.Tests.Bandits;

/// <summary>Regret in simulation beside theory's rate: the growth exponent log(R₂ₜ/Rₜ)/log 2 averaged over worlds.</summary>
public sealed class RegretTests(ITestOutputHelper output)
{
    private const int Horizon = 4_000;

    public static TheoryData<string, double> Rates => new()
    {
        // Theory: Õ(√T) is an exponent of .5 (up to logarithms); fixed exploration is linear, exponent 1.
        { "uniform", 1.0 },
        { "ε-greedy .1", 1.0 },
        { "softmax .1", 1.0 },
        { "LinUCB", 0.5 },
        { "linear Thompson sampling", 0.5 },
        { "SquareCB", 0.5 },
        { "logistic Thompson sampling, full", 0.5 },
        { "logistic Thompson sampling, diagonal", 0.5 },
    };

    [Theory]
    [MemberData(nameof(Rates))]
    public void Regret_grows_no_faster_than_theory_says(string name, double exponent)
    {
        const int worlds = 6;
        var (half, full, uniform) = (0.0, 0.0, 0.0);
        for (var world = 0UL; world < worlds; world++)
        {
            var logistic = name.StartsWith("logistic", StringComparison.Ordinal);
            var bandit = new SimulatedBandit(10, 5, logistic, world + 1);
            var (policy, model) = Make(name, bandit.Features);
            var regret = bandit.Regret(policy, model, Horizon / 2, Horizon);
            half += regret[0] / worlds;
            full += regret[1] / worlds;
            uniform += bandit.Regret(new UniformPolicy(), null, Horizon)[0] / worlds;
        }

        var measured = Math.Log2(full / half);
        output.WriteLine($"{name}: regret {half:F1} at {Horizon / 2}, {full:F1} at {Horizon} (uniform {uniform:F1}); exponent {measured:F2}, theory {exponent:F1}");

        // The margin is what a finite horizon leaves of logarithmic factors.
        Assert.True(measured <= exponent + 0.15, $"exponent {measured:F2}");
        if (exponent < 1) Assert.True(full < 0.15 * uniform, $"regret {full:F1} against {uniform:F1} of uniform choice");
        else if (name != "uniform") Assert.True(full < 0.5 * uniform);
        else Assert.InRange(measured, 0.97, 1.03);
    }

    private static (IBanditPolicy, IRewardModel?) Make(string name, int d)
    {
        IRewardModel model = name switch
        {
            "logistic Thompson sampling, full" => new LogisticPosterior(d),
            "logistic Thompson sampling, diagonal" => new DiagonalLogisticPosterior(d),
            _ => new LinearPosterior(d),
        };
        return name switch
        {
            "uniform" => (new UniformPolicy(), null),
            "ε-greedy .1" => (new EpsilonGreedyPolicy(model, 0.1), model),
            "softmax .1" => (new SoftmaxPolicy(model, 0.1), model),
            "LinUCB" => (new LinUcbPolicy(model, 1), model),
            "SquareCB" => (new SquareCbPolicy(model, 10, 0.5), model),
            "linear Thompson sampling" => (new ThompsonSamplingPolicy(model, 0.5, 0), model),
            _ => (new ThompsonSamplingPolicy(model, 1, 0), model),
        };
    }
}
