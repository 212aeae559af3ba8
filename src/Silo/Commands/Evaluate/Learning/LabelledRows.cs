using System.Globalization;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>The rows of a CSV file with their labels.</summary>
internal sealed record LabelledRows(EncodedRow[] Rows, string[] Labels, string[] Classes, FeatureColumns Columns)
{
    private const int Label = 0;

    /// <summary>Reads a file with a header. Labels that are equal as numbers (1 and 1.0) or but for case are the same; a row without one is refused.</summary>
    public static LabelledRows Read(EvaluationRun run, string path, ColumnChoices choices, string[] excluded, CancellationToken cancellation)
    {
        var wanted = new CsvColumn("label") { Option = "label" };
        CsvTable Open() => run.OpenTable(path, choices, OtherColumns.UnderHeader, wanted);
        FeatureColumns columns;
        using (var first = Open())
        {
            var leaveOut = new HashSet<int> { Label };
            foreach (var name in excluded) leaveOut.Add(Find(first, name));
            run.Progress("telling numbers from categories");
            columns = FeatureColumns.Infer(first, leaveOut, cancellation);
            if (columns.Count == 0) throw new EvaluationException($"'{path}' has no column left to predict from.");
        }

        using var table = Open();
        var rows = new List<EncodedRow>();
        var labels = new List<string>();
        var classes = new List<string>();
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            run.Progress("reading", table.Fraction);
            if (table.FieldCount != table.HeaderCount)
            {
                run.RejectRow(table, $"{table.FieldCount} fields where the header has {table.HeaderCount}");
                continue;
            }

            var text = table.Text(Label);
            if (MissingValue.Is(text))
            {
                run.RejectRow(table, text.IsEmpty ? "no label" : $"'{text}' is no label");
                continue;
            }

            var known = Intern(classes, text);
            if (classes.Count > 2) throw new EvaluationException($"The label '{choices.Columns["label"]}' has more than two values: {string.Join(", ", classes)} in row {table.RowNumber}.");
            rows.Add(columns.Encode(table));
            labels.Add(known);
        }

        if (classes.Count < 2)
            throw new EvaluationException($"The label '{choices.Columns["label"]}' has {(classes.Count == 0 ? "no value" : $"one value only, '{classes[0]}'")}: there is nothing to tell apart; two are needed.");
        return new LabelledRows([.. rows], [.. labels], [.. classes], columns);
    }

    /// <summary>The column of a name.</summary>
    public static int Find(CsvTable table, string name)
    {
        var found = CsvColumn.Find(table.Names, name, table.Path);
        return found >= 0 ? found : throw new EvaluationException($"'{table.Path}' has no column '{name}'; its header is {string.Join(", ", table.Names)}.");
    }

    private static string Intern(List<string> classes, ReadOnlySpan<char> text)
    {
        // 1 and 1.0 come from the same label, written by a tool that had blanks in its column.
        var written = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : text.ToString();
        foreach (var known in classes)
        {
            if (known.Equals(written, StringComparison.OrdinalIgnoreCase)) return known;
        }

        classes.Add(written);
        return classes[^1];
    }
}
