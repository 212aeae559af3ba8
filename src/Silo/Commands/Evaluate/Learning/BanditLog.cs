using Personalization.Algorithms.OffPolicy;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>A log of decisions as read from a user's file: context, action, reward, propensity.</summary>
internal sealed record BanditLog(EncodedRow[] Contexts, int[] Actions, string[] ActionNames, double[] Rewards, double[] Propensities, FeatureColumns Columns)
{
    // Cubes and sums of rewards of this size stay numbers.
    private const double LargestReward = 1e30;

    private static readonly CsvColumn Context = new("context") { Optional = true };
    private static readonly CsvColumn Action = new("action", "action_id", "arm", "item_id") { Option = "action" };
    private static readonly CsvColumn Reward = new("reward", "outcome", "click") { Option = "reward", Kind = CsvColumnKind.Number };
    private static readonly CsvColumn Propensity = new("propensity", "propensity_score", "pscore") { Option = "propensity", Kind = CsvColumnKind.Number };

    /// <summary>Bad rows are left out and told; a propensity of 0 is an error, because such a decision cannot have been drawn.</summary>
    public static BanditLog Read(EvaluationRun run, string path, ColumnChoices choices, string[] excluded, CancellationToken cancellation)
    {
        // A file without a header has the documented columns in the documented order; with one, every further column is context.
        const int action = 1, reward = 2, propensity = 3;
        CsvTable Open() => run.OpenTable(path, choices, OtherColumns.Kept, Context, Action, Reward, Propensity);
        FeatureColumns columns;
        using (var first = Open())
        {
            var leaveOut = new HashSet<int> { action, reward, propensity };
            foreach (var name in excluded) leaveOut.Add(LabelledRows.Find(first, name));
            run.Progress("telling numbers from categories");
            columns = FeatureColumns.Infer(first, leaveOut, cancellation);
        }

        using var table = Open();
        var contexts = new List<EncodedRow>();
        var actions = new List<int>();
        var (rewards, propensities) = (new List<double>(), new List<double>());
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress("reading", table.Fraction);
            if (table.HasHeader && table.FieldCount != table.HeaderCount) run.RejectRow(table, $"{table.FieldCount} fields where the header has {table.HeaderCount}");
            else if (table.Text(action).IsEmpty) run.RejectRow(table, "no action");
            else if (!table.TryNumber(reward, out var r) || Math.Abs(r) > LargestReward) run.RejectRow(table, $"'{table.Text(reward)}' is not a reward");
            else if (!table.TryNumber(propensity, out var p)) run.RejectRow(table, $"'{table.Text(propensity)}' is not a propensity");
            else if (p == 0)
                throw new EvaluationException($"Row {table.RowNumber} of '{table.Path}' has propensity 0: such an action cannot have been drawn, and no weight makes up for it.");
            else if (p is < 0 or > 1) run.RejectRow(table, $"a propensity of {table.Text(propensity)} is not in (0, 1]");
            else
            {
                var name = table.Text(action).ToString();
                if (!names.TryGetValue(name, out var index)) names[name] = index = names.Count;
                contexts.Add(columns.Encode(table));
                actions.Add(index);
                rewards.Add(r);
                propensities.Add(p);
            }
        }

        if (contexts.Count < 10) throw new EvaluationException($"'{path}' has {contexts.Count} usable decisions; at least 10 are needed.");
        return new BanditLog([.. contexts], [.. actions], [.. names.Keys], [.. rewards], [.. propensities], columns);
    }

    /// <summary>Whether every reward is 0 or 1.</summary>
    public bool IsBinary { get; } = Array.TrueForAll(Rewards, static reward => reward is 0 or 1);

    /// <summary>The log as the estimators take it, with the target's probabilities and the predictions given.</summary>
    public LoggedDecision[] Decisions(double[] targets)
    {
        var log = new LoggedDecision[Actions.Length];
        for (var i = 0; i < log.Length; i++) log[i] = new LoggedDecision(Rewards[i], Propensities[i], targets[i]);
        return log;
    }
}
