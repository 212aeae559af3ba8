using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>Reads the events of a file, in the file's order; a line that is none is told and skipped.</summary>
public static class ReplayRows
{
    /// <summary>The events of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problems">Is told the bad lines.</param>
    /// <param name="progress">Is told after each line how much of the file was read, 0 to 1.</param>
    /// <exception cref="TableException">The file cannot be read any further, something in it is in doubt, or more than a few of its lines are no events.</exception>
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

    /// <summary>The events of several files, one after the other; the tally is told how much of all of them was read.</summary>
    /// <inheritdoc cref="Read"/>
    public static IEnumerable<ReplayLine> ReadAll(IReadOnlyList<ReplayFile> files, ReplayProblems problems, ReplayTally tally)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(tally);
        var sizes = files.Select(file => Math.Max(1, new FileInfo(file.Path).Length)).ToArray();
        var all = (double)sizes.Sum();
        var before = 0L;
        for (var i = 0; i < files.Count; i++)
        {
            var (done, size) = (before, sizes[i]);
            foreach (var line in Read(files[i], problems, fraction => tally.Fraction = (done + (fraction * size)) / all)) yield return line;
            before += size;
        }
    }

    private static IEnumerable<ReplayLine> ReadTable(ReplayFile file, IReplayRow row, ReplayProblems problems, Action<double>? progress)
    {
        using var table = CsvTable.Open(file.Path, row.Columns, file.Choices);
        problems.Tell(table.Mapping);
        using var json = new EventJson();
        while (table.Read())
        {
            var line = row.Read(table, file, json, out var fault);
            if (line is null) problems.BadLine(file.Name, table.RowNumber, fault!);
            if (line is null) table.Refuse();
            progress?.Invoke(table.Fraction);
            if (line is not null) yield return line;
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
