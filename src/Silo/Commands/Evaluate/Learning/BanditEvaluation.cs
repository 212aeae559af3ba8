using System.CommandLine;
using System.Globalization;
using Personalization.Algorithms.OffPolicy;
using Personalization.Silo.Commands.Tables;

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
    private readonly ColumnOptions _columns = new("action", "reward", "propensity");
    private readonly Option<double> _level = new("--level") { Description = "The coverage of the intervals.", DefaultValueFactory = _ => 0.95 };
    private readonly Option<int> _replicates = new("--replicates") { Description = "Bootstrap replicates.", DefaultValueFactory = _ => 1000 };
    private readonly Option<double?> _least = new("--least-reward") { Description = "The least that a reward can be, for the always-valid interval; 0 where all rewards are 0 or 1.", HelpName = "reward" };
    private readonly Option<double?> _greatest = new("--greatest-reward") { Description = "The most that it can be; 1 where all rewards are 0 or 1.", HelpName = "reward" };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Names the bootstrap's draws.", DefaultValueFactory = _ => 1 };

    /// <inheritdoc/>
    public string Name => "bandit";

    /// <inheritdoc/>
    public string Description => "Estimates from a log with propensities what the uniform policy and one that learns would have earned, and whether to trust it.";

    /// <inheritdoc/>
    public IReadOnlyList<Option> Options => [_data, _exclude, _level, _replicates, _seed, _least, _greatest, .. _columns.All];

    /// <inheritdoc/>
    public EvaluationResult Evaluate(ParseResult arguments, EvaluationRun run, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(run);
        var level = arguments.GetValue(_level);
        if (!(level is > 0 and < 1)) throw new EvaluationException("--level lies strictly between 0 and 1.");
        if (arguments.GetValue(_replicates) < 100) throw new EvaluationException("--replicates is 100 or more.");
        var excluded = (arguments.GetValue(_exclude) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var log = BanditLog.Read(run, arguments.GetValue(_data)!, _columns.Read(arguments), excluded, cancellation);
        var options = new OffPolicyOptions { Level = level, Replicates = arguments.GetValue(_replicates), Seed = arguments.GetValue(_seed) };
        var range = Range(log, arguments.GetValue(_least), arguments.GetValue(_greatest));
        if (range is { } known) options = options with { LeastReward = known.Least, GreatestReward = known.Greatest };

        var candidates = new List<Candidate>
        {
            // The logging policy itself: every weight is 1, and what is estimated is the mean reward that was earned.
            Estimate("logged", log.Decisions(log.Propensities), new InversePropensityScoring(), options, range is not null),
        };
        foreach (var (policy, uniform) in (ReadOnlySpan<(string, bool)>)[("uniform", true), ("ε-greedy", false)])
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress($"following {policy}");
            var decisions = Follow(log, uniform);
            foreach (var estimator in (IOffPolicyEstimator[])[
                new InversePropensityScoring(), new SelfNormalizedInversePropensityScoring(), new DirectMethod(), new DoublyRobust(), new ShrunkDoublyRobust()])
            {
                candidates.Add(Estimate($"{policy}, {estimator.Name}", decisions, estimator, options, range is not null));
            }
        }

        return new EvaluationResult(Name, log.Actions.Length, [.. candidates.Select(candidate => candidate.Model)], Best(candidates))
        {
            Verdict = Verdict(candidates),
            Notes = Notes(log, candidates, range is not null),
            Plots = [Weights(log)],
        };
    }

    /// <summary>The bounds of a reward: those told, 0 and 1 where all rewards are that, else unknown. The least and greatest seen are none.</summary>
    private static (double Least, double Greatest)? Range(BanditLog log, double? least, double? greatest)
    {
        if (least is null && greatest is null) return log.IsBinary ? (0, 1) : null;
        var range = (Least: least ?? 0, Greatest: greatest ?? 1);
        if (!(range.Least < range.Greatest) || !double.IsFinite(range.Greatest - range.Least)) throw new EvaluationException("--least-reward lies below --greatest-reward, both finite.");
        return Array.TrueForAll(log.Rewards, reward => reward >= range.Least && reward <= range.Greatest)
            ? range
            : throw new EvaluationException("A reward of the log lies outside --least-reward and --greatest-reward.");
    }

    private static LoggedDecision[] Follow(BanditLog log, bool uniform)
    {
        var model = new PastRewardModel(log, uniform);
        var decisions = log.Decisions(new double[log.Actions.Length]);
        PastOnlyCrossFitting.Fill(decisions, model);
        for (var i = 0; i < decisions.Length; i++) decisions[i] = decisions[i] with { TargetProbability = model.Targets[i] };
        return decisions;
    }

    private static Candidate Estimate(string name, LoggedDecision[] decisions, IOffPolicyEstimator estimator, OffPolicyOptions options, bool hasRange)
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
        if (hasRange && estimate.Martingale is { } martingale)
        {
            metrics.Add(EvaluatedModel.Figure("alwaysValidLower", martingale.Lower));
            metrics.Add(EvaluatedModel.Figure("alwaysValidUpper", martingale.Upper));
        }

        return new Candidate(new EvaluatedModel(name, [], metrics), estimate, training);
    }

    /// <summary>The highest lower bound among what the first half lets one trust; the logging policy where nothing else is.</summary>
    private static string? Best(List<Candidate> candidates) =>
        candidates.Where(candidate => candidate.Training.Trustworthy).MaxBy(candidate => candidate.Training.Bootstrap.Lower)?.Model.Name;

    private static string Verdict(List<Candidate> candidates)
    {
        var logged = candidates[0].Estimate;
        if (candidates.Find(candidate => candidate.Model.Name == Best(candidates)) is not { } best) return "Nothing here can be trusted: the log does not overlap with the policies enough.";
        var worth = string.Create(CultureInfo.InvariantCulture, $"{best.Estimate.Value:G4} a decision (between {best.Estimate.Bootstrap.Lower:G4} and {best.Estimate.Bootstrap.Upper:G4})");
        return best == candidates[0]
            ? $"No other policy can be trusted to earn more than what was logged: {worth}."
            : string.Create(CultureInfo.InvariantCulture, $"{best.Model.Name}: {worth}, where {logged.Value:G4} was earned.");
    }

    private static List<string> Notes(BanditLog log, List<Candidate> candidates, bool hasRange)
    {
        List<string> notes =
        [
            $"{log.ActionNames.Length} actions, {log.Columns.Count} context columns. The ε-greedy policy (ε = .05) follows a model that has learned the rows before, and never the row it decides.",
            hasRange
                ? "Lower and upper are a bootstrap over decisions; if the logging policy learned while it logged, take the always-valid interval."
                : "Lower and upper are a bootstrap over decisions. There is no always-valid interval: it needs bounds that no reward can leave; say them with --least-reward and --greatest-reward.",
            "Best has the highest lower bound among the trustworthy on the first half of the log; the figures are of the whole log.",
        ];
        if (log.Columns.Infinite > 0) notes.Add($"{log.Columns.Infinite} infinite values were taken as missing.");
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
