using Personalization.Algorithms.OffPolicy;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>A log of decisions as read from a user's file: context, action, reward, propensity.</summary>
internal sealed record BanditLog(EncodedRow[] Contexts, int[] Actions, string[] ActionNames, double[] Rewards, double[] Propensities, FeatureColumns Columns)
{
    private static readonly CsvColumn Action = new("action", "action_id", "item_id", "arm");
    private static readonly CsvColumn Reward = new("reward", "click", "outcome");
    private static readonly CsvColumn Propensity = new("propensity", "propensity_score", "pscore");

    /// <summary>Bad rows are left out and told; a propensity of 0 is an error, because such a decision cannot have been drawn.</summary>
    public static BanditLog Read(EvaluationRun run, string path, string[] excluded, CancellationToken cancellation)
    {
        // A file without a header has the documented columns in the documented order; with one, every further column is context.
        bool hasHeader;
        CsvColumn[] documented = [new CsvColumn("context") { Optional = true }, Action, Reward, Propensity];
        using (var probe = run.OpenTable(path, documented)) hasHeader = probe.HasHeader;
        CsvTable Open() => hasHeader ? run.OpenTable(path) : run.OpenTable(path, documented);

        FeatureColumns columns;
        using (var first = Open())
        {
            var leaveOut = new HashSet<int> { Find(first, Action), Find(first, Reward), Find(first, Propensity) };
            foreach (var name in excluded) leaveOut.Add(LabelledRows.Find(first, name));
            run.Progress("telling numbers from categories");
            columns = FeatureColumns.Infer(first, leaveOut, cancellation);
        }

        using var table = Open();
        var (action, reward, propensity) = (Find(table, Action), Find(table, Reward), Find(table, Propensity));
        var contexts = new List<EncodedRow>();
        var actions = new List<int>();
        var (rewards, propensities) = (new List<double>(), new List<double>());
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress("reading", table.Fraction);
            if (hasHeader && table.FieldCount != table.Names.Count) run.RejectRow(table, $"{table.FieldCount} fields where the header has {table.Names.Count}");
            else if (table.Text(action).IsEmpty) run.RejectRow(table, "no action");
            else if (!table.TryNumber(reward, out var r)) run.RejectRow(table, $"'{table.Text(reward)}' is not a reward");
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

    /// <summary>The log as the estimators take it, with the target's probabilities and the predictions given.</summary>
    public LoggedDecision[] Decisions(double[] targets)
    {
        var log = new LoggedDecision[Actions.Length];
        for (var i = 0; i < log.Length; i++) log[i] = new LoggedDecision(Rewards[i], Propensities[i], targets[i]);
        return log;
    }

    private static int Find(CsvTable table, CsvColumn column)
    {
        for (var i = 0; i < table.Names.Count; i++)
        {
            if (column.IsNamed(table.Names[i])) return i;
        }

        throw new EvaluationException($"'{table.Path}' has no column '{column.Name}'; its header is {string.Join(", ", table.Names)}.");
    }
}
