using System.Globalization;
using Personalization.Partitions;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Replay;

/// <summary>
/// A file that is replayed, its format found out: by its first line where none was named.
/// </summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">Its name without folder and <c>.gz</c>: what its events' ids begin with.</param>
/// <param name="Format">What its lines mean.</param>
public sealed record ReplayFile(string Path, string Name, ReplayFormat Format)
{
    /// <summary>What the user says of its columns.</summary>
    public ColumnChoices Choices { get; init; } = ColumnChoices.None;

    private const string KnownFormats =
        "a REES46 header (event_time, event_type, product_id …), a header with SessionId, ItemId and Time, Taobao rows (user,item,category,pv|cart|fav|buy,seconds) "
        + "or one JSON object a line; name the format with --format";

    /// <summary>Looks at a file.</summary>
    /// <exception cref="ReplayException">Its format is not known; the message says why.</exception>
    /// <exception cref="TableException">It cannot be read.</exception>
    public static ReplayFile Open(string path, ReplayFormat? format, ColumnChoices? choices = null)
    {
        var name = System.IO.Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) name = name[..^3];
        if (CustomerKey.IdError("the file's name with a line number", $"{name}:{long.MaxValue}") is { } fault) throw new ReplayException($"'{path}': {fault}; rename the file");
        var guessed = Guess(path);
        return new ReplayFile(path, name, format ?? guessed ?? throw new ReplayException($"The format of '{path}' is not known. Its first row is none of: {KnownFormats}."))
        {
            Choices = choices ?? ColumnChoices.None,
        };
    }

    /// <summary>Looks at several files; their names must differ, because event ids are made of them.</summary>
    /// <exception cref="ReplayException">One of them cannot be replayed, or two have the same name.</exception>
    public static IReadOnlyList<ReplayFile> OpenAll(IEnumerable<string> paths, ReplayFormat? format, ColumnChoices? choices = null)
    {
        var files = new List<ReplayFile>();
        foreach (var path in paths)
        {
            var file = Open(path, format, choices);
            if (files.Find(other => other.Name == file.Name) is { } same)
                throw new ReplayException($"'{same.Path}' and '{path}' have the same name, so their events would have the same ids; rename one, or replay them one after the other into different stores.");
            files.Add(file);
        }

        return files;
    }

    /// <summary>The id of the event in a line.</summary>
    public string EventId(long line) => string.Create(CultureInfo.InvariantCulture, $"{Name}:{line}");

    /// <summary>The format by the first row; null: unknown.</summary>
    private static ReplayFormat? Guess(string path)
    {
        if (BeginsWithObject(path)) return ReplayFormat.Events;
        using var table = CsvTable.Open(path, [], others: OtherColumns.UnderHeader);
        var fields = table.Names;
        bool Has(string name) => fields.Any(field => string.Equals(field.Replace("_", "", StringComparison.Ordinal), name, StringComparison.OrdinalIgnoreCase));
        if (Has("eventtime") && Has("eventtype") && Has("productid")) return ReplayFormat.Rees46;
        if (Has("sessionid") && Has("itemid") && (Has("time") || Has("timestamp"))) return ReplayFormat.Sessions;
        if (fields.Count == 5 && TaobaoRows.Types.ContainsKey(fields[3]) && long.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out _)) return ReplayFormat.Taobao;
        return null;
    }

    private static bool BeginsWithObject(string path)
    {
        using var file = TextFile.Open(path);
        try
        {
            using var text = TextFile.ReadText(file);
            int letter;
            while ((letter = text.Read()) >= 0 && char.IsWhiteSpace((char)letter))
            {
            }

            return letter == '{';
        }
        catch (Exception broken) when (TextFile.IsBroken(broken))
        {
            throw new TableException($"'{path}' cannot be read: {TextFile.Reason(broken)}", broken);
        }
    }
}
