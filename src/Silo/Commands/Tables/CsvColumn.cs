namespace Personalization.Silo.Commands.Tables;

/// <summary>A column that a command needs.</summary>
/// <param name="Name">Its documented name, for example <c>session_id</c>.</param>
/// <param name="Aliases">
/// Other names it is known by, the likeliest first: a file with several of them is read by the first. Names are compared as they are, then without case,
/// blanks, <c>_</c>, <c>-</c> and <c>.</c>, so spelling variants need none.
/// </param>
public sealed record CsvColumn(string Name, params string[] Aliases)
{
    /// <summary>Whether the column may be missing; <see cref="CsvTable.Has"/> says whether it is there.</summary>
    public bool Optional { get; init; }

    /// <summary>What its fields are.</summary>
    public CsvColumnKind Kind { get; init; }

    /// <summary>The option by which a user names the column of the file, without dashes: <c>customer</c>. None: the user cannot.</summary>
    public string? Option { get; init; }

    /// <summary>The column of a header: exact names first, then aliases by preference, each as it is and then by spelling. −1: none.</summary>
    /// <exception cref="TableException">Two columns have the name.</exception>
    internal int FindIn(IReadOnlyList<string> header, string path)
    {
        foreach (var name in (IEnumerable<string>)[Name, .. Aliases])
        {
            if (Find(header, name, path) is >= 0 and var found) return found;
        }

        return -1;
    }

    /// <summary>The column of a header by one name: exact, without case, by spelling. −1: none.</summary>
    /// <exception cref="TableException">Two columns have the name.</exception>
    internal static int Find(IReadOnlyList<string> header, string name, string path)
    {
        Func<string, string>[] foldings = [static text => text, static text => text.ToUpperInvariant(), Fold];
        foreach (var fold in foldings)
        {
            var wanted = fold(name);
            int[] found = [.. Enumerable.Range(0, header.Count).Where(i => header[i].Length > 0 && fold(header[i]) == wanted)];
            if (found.Length > 1) throw new TableException($"'{path}' has {found.Length} columns named '{header[found[0]]}': which one is meant cannot be known. Rename one.");
            if (found.Length == 1) return found[0];
        }

        return -1;
    }

    private static string Fold(string name) =>
        string.Concat(name.Where(static letter => letter is not ('_' or '-' or ' ' or '.'))).ToUpperInvariant();
}

/// <summary>What the fields of a column are.</summary>
public enum CsvColumnKind
{
    /// <summary>Text: an id, a name.</summary>
    Text,

    /// <summary>A number, read by <see cref="CsvTable.TryNumber"/>.</summary>
    Number,

    /// <summary>A date or time, read by <see cref="CsvTable.TryInstant"/>.</summary>
    Instant,
}
