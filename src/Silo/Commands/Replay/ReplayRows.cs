using Personalization.Silo.Commands.Evaluate;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Reads the events of a file, in the file's order; a line that is none is told and skipped.</summary>
public static class ReplayRows
{
    /// <summary>The events of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problems">Is told the bad lines.</param>
    /// <param name="progress">Is told after each line how much of the file was read, 0 to 1.</param>
    /// <exception cref="ReplayException">The file cannot be read any further.</exception>
    public static IEnumerable<ReplayLine> Read(ReplayFile file, ReplayProblems problems, Action<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(problems);
        return file.Format switch
        {
            ReplayFormat.Rees46 => ReadTable(file, new Rees46Rows(), problems, progress),
            ReplayFormat.Taobao => ReadTable(file, new TaobaoRows(), problems, progress),
            ReplayFormat.Sessions => ReadTable(file, new SessionRows(), problems, progress),
            ReplayFormat.Events => EventRows.Read(file, problems, progress),
            _ => throw new ArgumentOutOfRangeException(nameof(file), file.Format, "is no format"),
        };
    }

    private static IEnumerable<ReplayLine> ReadTable(ReplayFile file, IReplayRow row, ReplayProblems problems, Action<double>? progress)
    {
        using var table = OpenTable(file, row);
        using var json = new EventJson();
        while (ReadRow(table))
        {
            var line = row.Read(table, file, json, out var fault);
            if (line is null) problems.BadLine(file.Name, table.RowNumber, fault!);
            progress?.Invoke(table.Fraction);
            if (line is not null) yield return line;
        }
    }

    private static CsvTable OpenTable(ReplayFile file, IReplayRow row)
    {
        try
        {
            return CsvTable.Open(file.Path, row.Columns);
        }
        catch (EvaluationException broken)
        {
            throw new ReplayException(broken.Message, broken);
        }
    }

    private static bool ReadRow(CsvTable table)
    {
        try
        {
            return table.Read();
        }
        catch (EvaluationException broken)
        {
            throw new ReplayException(broken.Message, broken);
        }
    }
}

/// <summary>What a row of one format means.</summary>
internal interface IReplayRow
{
    /// <summary>The columns, in the order of a file without a header.</summary>
    CsvColumn[] Columns { get; }

    /// <summary>The event of the table's current row; null with what is wrong with it.</summary>
    ReplayLine? Read(CsvTable table, ReplayFile file, EventJson json, out string? fault);
}
