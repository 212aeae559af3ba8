using System.CommandLine;
using System.Globalization;
using Personalization.Algorithms.OffPolicy;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary><c>evaluate bandit</c>: what other policies would have earned, from a log of decisions with their propensities.</summary>
public sealed class BanditEvaluation : IEvaluation
{
    private readonly Option<string> _data = new("--data")
    {
        Description = "The CSV file in time order: action, reward, propensity; every further column is context. Without a header: context, action, reward, propensity.",
        Required = true,
        HelpName = "file.csv",
    };

    private readonly Option<string[]> _exclude = new("--exclude") { Description = "Context columns to leave out, separated by commas.", HelpName = "a,b", AllowMultipleArgumentsPerToken = true };
    private readonly Option<double> _level = new("--level") { Description = "The coverage of the intervals.", DefaultValueFactory = _ => 0.95 };
    private readonly Option<int> _replicates = new("--replicates") { Description = "Bootstrap replicates.", DefaultValueFactory = _ => 1000 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Names the bootstrap's draws.", DefaultValueFactory = _ => 1 };

    /// <inheritdoc/>
    public string Name => "bandit";

    /// <inheritdoc/>
    public string Description => "Estimates from a log with propensities what the uniform policy and one that learns would have earned, and whether to trust it.";

    /// <inheritdoc/>
    public IReadOnlyList<Option> Options => [_data, _exclude, _level, _replicates, _seed];

    /// <inheritdoc/>
    public EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(run);
        var level = arguments.GetValue(_level);
        if (!(level is > 0 and < 1)) throw new EvaluationException("--level lies strictly between 0 and 1.");
        if (arguments.GetValue(_replicates) < 100) throw new EvaluationException("--replicates is 100 or more.");
        var excluded = (arguments.GetValue(_exclude) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var log = BanditLog.Read(run, arguments.GetValue(_data)!, excluded, cancellation);
        var options = new OffPolicyOptions { Level = level, Replicates = arguments.GetValue(_replicates), Seed = arguments.GetValue(_seed) };

        var candidates = new List<Candidate>
        {
            // The logging policy itself: every weight is 1, and what is estimated is the mean reward that was earned.
            Estimate("logged", log.Decisions(log.Propensities), new InversePropensityScoring(), options),
        };
        foreach (var (policy, uniform) in (ReadOnlySpan<(string, bool)>)[("uniform", true), ("ε-greedy", false)])
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress($"following {policy}");
            var decisions = Follow(log, uniform);
            foreach (var estimator in (IOffPolicyEstimator[])[
                new InversePropensityScoring(), new SelfNormalizedInversePropensityScoring(), new DirectMethod(), new DoublyRobust(), new ShrunkDoublyRobust()])
            {
                candidates.Add(Estimate($"{policy}, {estimator.Name}", decisions, estimator, options));
            }
        }

        return new EvaluationResult(Name, log.Actions.Length, [.. candidates.Select(candidate => candidate.Model)], Best(candidates))
        {
            Notes = Notes(log, candidates),
            Plots = [Weights(log)],
        };
    }

    private static LoggedDecision[] Follow(BanditLog log, bool uniform)
    {
        var model = new PastRewardModel(log, uniform);
        var decisions = log.Decisions(new double[log.Actions.Length]);
        PastOnlyCrossFitting.Fill(decisions, model);
        for (var i = 0; i < decisions.Length; i++) decisions[i] = decisions[i] with { TargetProbability = model.Targets[i] };
        return decisions;
    }

    private static Candidate Estimate(string name, LoggedDecision[] decisions, IOffPolicyEstimator estimator, OffPolicyOptions options)
    {
        var estimate = OffPolicyEvaluation.Evaluate(estimator, decisions, options);

        // The first half alone decides which is called best: what is chosen is not chosen by the rows that come after.
        var training = OffPolicyEvaluation.Evaluate(estimator, decisions.AsSpan(0, decisions.Length / 2), options with { Replicates = 200 });
        List<KeyValuePair<string, double>> metrics =
        [
            EvaluatedModel.Figure("value", estimate.Value),
            EvaluatedModel.Figure("lower", estimate.Bootstrap.Lower),
            EvaluatedModel.Figure("upper", estimate.Bootstrap.Upper),
            EvaluatedModel.Figure("effectiveSample", estimate.Overlap.EffectiveSample),
            EvaluatedModel.Figure("trustworthy", estimate.Trustworthy ? 1 : 0),
            EvaluatedModel.Figure("meanWeight", estimate.Overlap.MeanWeight),
            EvaluatedModel.Figure("largestWeight", estimate.Overlap.LargestWeight),
        ];
        if (estimate.Martingale is { } martingale)
        {
            metrics.Add(EvaluatedModel.Figure("alwaysValidLower", martingale.Lower));
            metrics.Add(EvaluatedModel.Figure("alwaysValidUpper", martingale.Upper));
        }

        return new Candidate(new EvaluatedModel(name, [], metrics), estimate, training);
    }

    /// <summary>The highest lower bound among what the first half lets one trust; the logging policy where nothing else is.</summary>
    private static string? Best(List<Candidate> candidates) =>
        candidates.Where(candidate => candidate.Training.Trustworthy).MaxBy(candidate => candidate.Training.Bootstrap.Lower)?.Model.Name;

    private static List<string> Notes(BanditLog log, List<Candidate> candidates)
    {
        List<string> notes =
        [
            $"{log.ActionNames.Length} actions, {log.Columns.Count} context columns. The ε-greedy policy (ε = .05) follows a model that has learned the rows before, and never the row it decides.",
            "Lower and upper are a bootstrap over decisions; if the logging policy learned while it logged, take the always-valid interval.",
            "Best has the highest lower bound among the trustworthy on the first half of the log; the figures are of the whole log.",
        ];
        if (log.Columns.Dropped.Count > 0) notes.Add($"Left out because they name rows: {string.Join(", ", log.Columns.Dropped)}.");
        foreach (var group in candidates.Where(candidate => !candidate.Estimate.Trustworthy).GroupBy(candidate => candidate.Estimate.Reason))
            notes.Add($"Not trustworthy: {string.Join("; ", group.Select(candidate => candidate.Model.Name))}. {group.Key}");
        return notes;
    }

    /// <summary>How much of the uniform policy's weight the heaviest decisions carry.</summary>
    private static Plot Weights(BanditLog log)
    {
        var weights = Array.ConvertAll(log.Propensities, propensity => 1 / propensity);
        Array.Sort(weights, (a, b) => b.CompareTo(a));
        var total = weights.Sum();
        var points = new List<(double, double)> { (0, 0) };
        var (sum, step) = (0.0, Math.Max(1, weights.Length / 500));
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            if (i % step == 0 || i == weights.Length - 1) points.Add(((i + 1.0) / weights.Length, sum / total));
        }

        return new Plot("Overlap: share of the uniform policy's weight", "share of decisions, heaviest first", "share of weight",
            [new Curve(string.Create(CultureInfo.InvariantCulture, $"{weights.Length} decisions"), points)])
        { Diagonal = true };
    }

    private sealed record Candidate(EvaluatedModel Model, OffPolicyEstimate Estimate, OffPolicyEstimate Training);
}
