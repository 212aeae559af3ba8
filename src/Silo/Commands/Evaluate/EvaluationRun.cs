using System.Globalization;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>One run of an evaluation: opens its files, keeps account of bad rows, and tells progress on the error stream.</summary>
/// <param name="error">Where progress and bad rows are told: never the stream of the result.</param>
/// <param name="showProgress">Whether progress is shown; off where the error stream is not a terminal.</param>
/// <param name="time">Measures.</param>
public sealed class EvaluationRun(TextWriter error, bool showProgress, TimeProvider? time = null) : IDisposable
{
    /// <summary>How many bad rows are told one by one; the rest is only counted.</summary>
    public const int MaximumRowsTold = 10;

    private readonly Dictionary<string, long> _badRowsByFile = [];
    private readonly Dictionary<(string Path, string Reason), long> _passedOver = [];
    private readonly List<string> _files = [];
    private readonly ProgressLine _line = new(error, showProgress, time ?? TimeProvider.System);

    /// <summary>The files that were opened, in order.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>How many rows were refused so far, over all files.</summary>
    public long BadRows { get; private set; }

    /// <summary>Opens a CSV file, gzip or plain, any common delimiter, and tells in one line which column was taken for what.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choices">What the user says of the columns.</param>
    /// <param name="columns">The columns wanted, in the order of a file without a header; a header is recognised by these names (or their aliases).</param>
    /// <exception cref="TableException">There is no such file, it is empty, a column is missing, or something is in doubt.</exception>
    public CsvTable OpenTable(string path, ColumnChoices choices, params ReadOnlySpan<CsvColumn> columns) => OpenTable(path, choices, OtherColumns.Ignored, columns);

    /// <summary>Opens a CSV file with the columns wanted and its others.</summary>
    /// <inheritdoc cref="OpenTable(string, ColumnChoices, ReadOnlySpan{CsvColumn})"/>
    public CsvTable OpenTable(string path, ColumnChoices choices, OtherColumns others, params ReadOnlySpan<CsvColumn> columns)
    {
        var table = CsvTable.Open(path, columns.ToArray(), choices, others);
        if (!_files.Contains(path))
        {
            _files.Add(path);
            _line.WriteLine(table.Mapping);
        }

        return table;
    }

    /// <summary>Leaves a row out that is good and of no use here, such as a return; told as a count at the end.</summary>
    /// <param name="table">The table.</param>
    /// <param name="reason">Why, in a few words that hold for all of them.</param>
    public void PassOver(CsvTable table, string reason)
    {
        ArgumentNullException.ThrowIfNull(table);
        var key = (table.Path, reason);
        _passedOver[key] = _passedOver.GetValueOrDefault(key) + 1;
    }

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
            _line.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(table.Path)} row {table.RowNumber}: {reason}; left out"));
        table.Refuse();
    }

    /// <summary>Shows what is being done, for how long, and, where known, how much of it.</summary>
    /// <param name="stage">The stage, for example <c>reading</c>.</param>
    /// <param name="fraction">How much of the stage is done, 0 to 1; <c>null</c> where unknown.</param>
    public void Progress(string stage, double? fraction = null) =>
        _line.Show(fraction is { } done ? string.Create(CultureInfo.InvariantCulture, $"{stage} {Math.Floor(done * 100):0} %") : stage);

    /// <summary>Ends the showing of progress.</summary>
    public void Dispose() => _line.Dispose();

    internal void TellBadRows()
    {
        _line.Dispose();
        foreach (var ((path, reason), count) in _passedOver)
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}: {count} rows {reason}"));
        foreach (var (path, count) in _badRowsByFile)
        {
            if (count > MaximumRowsTold)
                error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}: {count - MaximumRowsTold} more rows left out, {count} in all"));
        }
    }
}
