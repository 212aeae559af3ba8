using System.Globalization;
using Personalization.Algorithms.Evaluation;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Simulation;
using Personalization.Silo.Commands.Evaluate;

namespace Personalization.Silo.Commands.Simulate;

/// <summary>Runs the policies over the worlds of some seeds and puts the figures together.</summary>
/// <param name="first">The first seed.</param>
/// <param name="last">The last.</param>
/// <param name="decisions">Decisions of each policy in each world.</param>
/// <param name="customers">Customers of the comparison with and without their own parameters; 0 leaves it out.</param>
/// <param name="decisionsEach">Decisions for each of them.</param>
internal sealed class PolicySimulation(ulong first, ulong last, int decisions, int customers, int decisionsEach)
{
    private const int CurvePoints = 50;

    private static readonly (string Name, PolicyOptions Options)[] Policies =
    [
        ("uniform", new PolicyOptions { Kind = PolicyKind.Uniform }),
        ("greedy", new PolicyOptions { Kind = PolicyKind.EpsilonGreedy, Epsilon = 0 }),
        ("ε-greedy", new PolicyOptions { Kind = PolicyKind.EpsilonGreedy }),
        ("SquareCB", new PolicyOptions { Kind = PolicyKind.SquareCb }),
        ("linear Thompson sampling", new PolicyOptions { Kind = PolicyKind.LinearThompsonSampling }),
        ("logistic Thompson sampling", new PolicyOptions { Kind = PolicyKind.LogisticThompsonSampling }),
    ];

    private static readonly (string Name, PolicyOptions Options)[] OwnPolicies = [Policies[4], Policies[5]];

    private int Worlds => (int)(last - first) + 1;

    /// <summary>Simulates; deterministic in the arguments. Worlds run side by side, as many as there are processors.</summary>
    public EvaluationResult Run(Action<string, double?> progress, CancellationToken cancellation)
    {
        var (worlds, own) = (new WorldRun[Worlds], new OwnRun[Worlds]);
        var done = 0;
        Parallel.For(0, Worlds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation }, i =>
        {
            worlds[i] = RunPolicies(first + (ulong)i, cancellation);
            if (customers > 0) own[i] = RunOwn(first + (ulong)i, cancellation);
            var share = Interlocked.Increment(ref done) / (double)Worlds;
            lock (worlds) progress("simulating", share);
        });

        var models = PolicyModels(worlds).ToList();
        var plots = new List<Plot> { RegretPlot(worlds), SharePlot(worlds) };
        var notes = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"{Worlds} worlds (seeds {first} to {last}) of 500 items, 40 actions and 8 context features; {decisions} decisions of each policy in each, means over worlds ± one standard error."),
            "share = (policy − uniform)/(oracle − uniform): 0 is uniform choice, 1 is an oracle that knows the answer key. Expected rewards by the key, not the luck of the draws; 'last' is the last fifth of the decisions.",
        };
        if (customers > 0)
        {
            models.AddRange(OwnModels(own));
            plots.Add(OwnPlot(own));
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Own parameters: {customers} customers × {decisionsEach} decisions in each world, the same customers, contexts and luck with and without; the difference is paired by world, its 95 % interval is Student's t."));
        }

        return new EvaluationResult("simulate", (long)decisions * Worlds * Policies.Length + 2L * OwnPolicies.Length * customers * decisionsEach * Worlds, models, null)
        {
            Unit = "decisions",
            Verdict = Verdict(models),
            Notes = notes,
            Plots = plots,
        };
    }

    private static string Verdict(List<EvaluatedModel> models)
    {
        const string measure = "share, last";
        var nearest = models.Where(model => model.Name != "oracle" && model.Metrics.Any(metric => metric.Key == measure)).MaxBy(model => model.Metrics.First(metric => metric.Key == measure).Value);
        return nearest is null ? "No policy was run." : $"{nearest.Name} came nearest the oracle: {ResultTable.Find(nearest.Metrics, measure)} of its gain over uniform choice in the last fifth.";
    }

    private WorldRun RunPolicies(ulong seed, CancellationToken cancellation)
    {
        var experiment = new PolicyExperiment(new SimulatedWorld(new SimulationOptions { Seed = seed, Shoppers = 0 }), decisions);
        var tail = new Range(decisions - decisions / 5, decisions);
        var policies = new PolicyRun[Policies.Length];
        for (var p = 0; p < policies.Length; p++)
        {
            var expected = experiment.Run(Policies[p].Options, cancellation);
            var (regret, share) = (new double[CurvePoints], new double[CurvePoints]);
            var sum = 0.0;
            for (var point = 0; point < CurvePoints; point++)
            {
                var block = new Range((int)((long)decisions * point / CurvePoints), (int)((long)decisions * (point + 1) / CurvePoints));
                for (var t = block.Start.Value; t < block.End.Value; t++) sum += experiment.Oracle[t] - expected[t];
                (regret[point], share[point]) = (sum, experiment.Share(expected, block));
            }

            policies[p] = new PolicyRun(experiment.Share(expected, tail), experiment.Share(expected, ..), Mean(expected.AsSpan(tail)), sum, regret, share);
        }

        return new WorldRun(Mean(experiment.Oracle.AsSpan(tail)), policies);
    }

    private OwnRun RunOwn(ulong seed, CancellationToken cancellation)
    {
        var experiment = new CustomerExperiment(new SimulatedWorld(new SimulationOptions { Seed = seed, Shoppers = customers, BotShare = 0 }), decisionsEach);
        var runs = new (CustomerOutcome Own, CustomerOutcome Shared)[OwnPolicies.Length];
        for (var p = 0; p < runs.Length; p++)
            runs[p] = (experiment.Run(OwnPolicies[p].Options, own: true, cancellation), experiment.Run(OwnPolicies[p].Options, own: false, cancellation));
        return new OwnRun(runs);
    }

    private static IEnumerable<EvaluatedModel> PolicyModels(WorldRun[] worlds)
    {
        yield return new EvaluatedModel("oracle", [], [Figure("share, last", 1), Figure("±", 0), Figure("share, all", 1), Figure("reward, last", worlds.Average(world => world.OracleReward)), Figure("regret", 0)]);
        for (var p = 0; p < Policies.Length; p++)
        {
            var tail = Over(worlds, world => world.Policies[p].Tail);
            yield return new EvaluatedModel(
                Policies[p].Name,
                Policies[p].Options.Kind == PolicyKind.Uniform
                    ? []
                    : [Figure("ε", Policies[p].Options.Epsilon), Figure("λ", Policies[p].Options.PriorPrecision), Figure("prior reward", Policies[p].Options.PriorReward)],
                [
                    Figure("share, last", Rounded(tail.Mean)), Figure("±", Rounded(tail.StandardError)), Figure("worst world", Rounded(worlds.Min(world => world.Policies[p].Tail))),
                    Figure("share, all", Rounded(Over(worlds, world => world.Policies[p].All).Mean)),
                    Figure("reward, last", Over(worlds, world => world.Policies[p].Reward).Mean), Figure("regret", Over(worlds, world => world.Policies[p].Regret).Mean),
                ]);
        }
    }

    private static IEnumerable<EvaluatedModel> OwnModels(OwnRun[] worlds)
    {
        for (var p = 0; p < OwnPolicies.Length; p++)
        {
            var difference = Over(worlds, world => world.Runs[p].Own.Policy - world.Runs[p].Shared.Policy);
            var half = StudentT(worlds.Length - 1) * difference.StandardError;
            yield return new EvaluatedModel(OwnPolicies[p].Name + ", shared and own", [],
            [
                Figure("reward", Over(worlds, world => world.Runs[p].Own.Policy).Mean), Figure("shared only", Over(worlds, world => world.Runs[p].Shared.Policy).Mean),
                Figure("difference", difference.Mean), Figure("lower", difference.Mean - half), Figure("upper", difference.Mean + half),
                Figure("better worlds", worlds.Count(world => world.Runs[p].Own.Policy > world.Runs[p].Shared.Policy)),
                Figure("uniform", Over(worlds, world => world.Runs[p].Own.Uniform).Mean), Figure("oracle of the shopper", Over(worlds, world => world.Runs[p].Own.Oracle).Mean),
            ]);
        }
    }

    private Plot RegretPlot(WorldRun[] worlds) =>
        new("Regret against the oracle, mean over worlds", "decisions", "regret (rewards)", Curves(worlds, (run, point) => run.RegretCurve[point]));

    private Plot SharePlot(WorldRun[] worlds) =>
        new("Share of what there is to gain over uniform choice", "decisions", "(policy − uniform)/(oracle − uniform)", Curves(worlds, (run, point) => run.ShareCurve[point]));

    private Curve[] Curves(WorldRun[] worlds, Func<PolicyRun, int, double> value) =>
    [
        .. Policies.Select((policy, p) => new Curve(
            policy.Name, [.. Enumerable.Range(0, CurvePoints).Select(point => ((point + 1.0) * decisions / CurvePoints, Over(worlds, world => value(world.Policies[p], point)).Mean))])),
    ];

    private Plot OwnPlot(OwnRun[] worlds)
    {
        var curves = new List<Curve>();
        for (var p = 0; p < OwnPolicies.Length; p++)
        {
            var index = p;
            curves.Add(new Curve(OwnPolicies[p].Name + ", own", Points(world => world.Runs[index].Own)));
            curves.Add(new Curve(OwnPolicies[p].Name + ", shared", Points(world => world.Runs[index].Shared)));
        }

        return new Plot("Expected reward at a customer's n-th decision", "decision of the customer", "expected reward", curves);

        (double, double)[] Points(Func<OwnRun, CustomerOutcome> outcome) =>
            [.. Enumerable.Range(0, decisionsEach).Select(n => (n + 1.0, worlds.Average(world => outcome(world).ByNth[n])))];
    }

    private static RunningMean Over<T>(T[] worlds, Func<T, double> value)
    {
        var mean = new RunningMean();
        foreach (var world in worlds) mean.Add(value(world));
        return mean;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var mean = new RunningMean();
        foreach (var value in values) mean.Add(value);
        return mean.Mean;
    }

    /// <summary>The .975 quantile of Student's t: M. Abramowitz, I. Stegun (1964), 26.7.5; 2.262 at 9 degrees of freedom, within 1 % from 4 on.</summary>
    internal static double StudentT(int degrees)
    {
        const double Z = 1.959963984540054;
        if (degrees < 1) return double.NaN;
        var (z3, z5, z7) = (Math.Pow(Z, 3), Math.Pow(Z, 5), Math.Pow(Z, 7));
        double n = degrees;
        return Z + (z3 + Z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * Z) / (96 * n * n) + (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * n * n * n);
    }

    /// <summary>Uniform choice misses 0 by the last bits of its sums.</summary>
    private static double Rounded(double share) => Math.Round(share, 9) + 0.0;

    private static KeyValuePair<string, double> Figure(string name, double value) => EvaluatedModel.Figure(name, value);

    private sealed record PolicyRun(double Tail, double All, double Reward, double Regret, double[] RegretCurve, double[] ShareCurve);

    private sealed record WorldRun(double OracleReward, PolicyRun[] Policies);

    private sealed record OwnRun((CustomerOutcome Own, CustomerOutcome Shared)[] Runs);
}
