namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>The rows of a CSV file with their labels.</summary>
internal sealed record LabelledRows(EncodedRow[] Rows, string[] Labels, string[] Classes, FeatureColumns Columns)
{
    public static LabelledRows Read(EvaluationRun run, string path, string label, string[] excluded, CancellationToken cancellation)
    {
        FeatureColumns columns;
        using (var first = run.OpenTable(path))
        {
            var leaveOut = new HashSet<int> { Find(first, label) };
            foreach (var name in excluded) leaveOut.Add(Find(first, name));
            run.Progress("telling numbers from categories");
            columns = FeatureColumns.Infer(first, leaveOut, cancellation);
            if (columns.Count == 0) throw new EvaluationException($"'{path}' has no column left to predict from.");
        }

        using var table = run.OpenTable(path);
        var labelColumn = Find(table, label);
        var rows = new List<EncodedRow>();
        var labels = new List<string>();
        var classes = new List<string>();
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress("reading", table.Fraction);
            if (table.FieldCount != table.Names.Count)
            {
                run.RejectRow(table, $"{table.FieldCount} fields where the header has {table.Names.Count}");
                continue;
            }

            var text = table.Text(labelColumn);
            if (text.IsEmpty)
            {
                run.RejectRow(table, "no label");
                continue;
            }

            var known = Intern(classes, text);
            if (classes.Count > 2) throw new EvaluationException($"The label '{label}' has more than two values: {string.Join(", ", classes)} in row {table.RowNumber}.");
            rows.Add(columns.Encode(table));
            labels.Add(known);
        }

        if (classes.Count < 2) throw new EvaluationException($"The label '{label}' has {(classes.Count == 0 ? "no value" : $"one value only, '{classes[0]}'")}; two are needed.");
        return new LabelledRows([.. rows], [.. labels], [.. classes], columns);
    }

    public static int Find(CsvTable table, string name)
    {
        for (var comparison = StringComparison.Ordinal; ; comparison = StringComparison.OrdinalIgnoreCase)
        {
            for (var i = 0; i < table.Names.Count; i++)
            {
                if (string.Equals(table.Names[i], name, comparison)) return i;
            }

            if (comparison == StringComparison.OrdinalIgnoreCase)
                throw new EvaluationException($"'{table.Path}' has no column '{name}'; its header is {string.Join(", ", table.Names)}.");
        }
    }

    private static string Intern(List<string> classes, ReadOnlySpan<char> text)
    {
        foreach (var known in classes)
        {
            if (text.SequenceEqual(known)) return known;
        }

        classes.Add(text.ToString());
        return classes[^1];
    }
}
