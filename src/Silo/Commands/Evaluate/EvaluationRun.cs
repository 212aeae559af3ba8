using System.Globalization;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>One run of an evaluation: opens its files, keeps account of bad rows, and tells progress on the error stream.</summary>
/// <param name="error">Where progress and bad rows are told: never the stream of the result.</param>
/// <param name="showProgress">Whether progress is told; off where the error stream is not a terminal.</param>
public sealed class EvaluationRun(TextWriter error, bool showProgress)
{
    /// <summary>How many bad rows are told one by one; the rest is only counted.</summary>
    public const int MaximumRowsTold = 10;

    private readonly Dictionary<string, long> _badRowsByFile = [];
    private string? _stage;

    /// <summary>How many rows were refused so far, over all files.</summary>
    public long BadRows { get; private set; }

    /// <summary>Opens a CSV file, gzip or plain, any common delimiter.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">
    /// The columns wanted, in the order of a file without a header; a header is recognised by these names (or their aliases).
    /// None: every column of the file under its own name, and a header is required.
    /// </param>
    /// <exception cref="EvaluationException">There is no such file, it is empty, or a column is missing.</exception>
    public CsvTable OpenTable(string path, params ReadOnlySpan<CsvColumn> columns) => CsvTable.Open(path, columns.ToArray());

    /// <summary>Leaves a row out and tells its number; the first few one by one, the rest as a count at the end.</summary>
    /// <param name="table">The table; its <see cref="CsvTable.RowNumber"/> is told.</param>
    /// <param name="reason">What is wrong with it, for example <c>'2024-13-01' is not a date</c>.</param>
    public void RejectRow(CsvTable table, string reason)
    {
        ArgumentNullException.ThrowIfNull(table);
        BadRows++;
        var before = _badRowsByFile.GetValueOrDefault(table.Path);
        _badRowsByFile[table.Path] = before + 1;
        if (before < MaximumRowsTold)
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(table.Path)} row {table.RowNumber}: {reason}; left out"));
    }

    /// <summary>Tells what is being done and, where known, how much of it: a line a stage, and a line each tenth.</summary>
    /// <param name="stage">The stage, for example <c>reading</c>.</param>
    /// <param name="fraction">How much of the stage is done, 0 to 1; <c>null</c> where unknown.</param>
    public void Progress(string stage, double? fraction = null)
    {
        var told = fraction is { } f ? string.Create(CultureInfo.InvariantCulture, $"{stage} {Math.Floor(f * 10) * 10:0} %") : stage;
        if (told == _stage) return;
        _stage = told;
        if (showProgress) error.WriteLine(told + " …");
    }

    internal void TellBadRows()
    {
        foreach (var (path, count) in _badRowsByFile)
        {
            if (count > MaximumRowsTold)
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}: {count - MaximumRowsTold} more rows left out, {count} in all"));
        }
    }
}
