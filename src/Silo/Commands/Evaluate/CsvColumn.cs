namespace Personalization.Silo.Commands.Evaluate;

/// <summary>A column that an evaluation needs.</summary>
/// <param name="Name">Its documented name, for example <c>session_id</c>.</param>
/// <param name="Aliases">
/// Other names it is known by, for example <c>SessionId</c>. Names are compared without case, blanks, <c>_</c> and <c>-</c>, so spelling variants
/// need none.
/// </param>
public sealed record CsvColumn(string Name, params string[] Aliases)
{
    /// <summary>Whether the column may be missing; <see cref="CsvTable.Has"/> says whether it is there.</summary>
    public bool Optional { get; init; }

    internal bool IsNamed(string header)
    {
        var folded = Fold(header);
        return folded == Fold(Name) || Array.Exists(Aliases, alias => folded == Fold(alias));
    }

    private static string Fold(string name) =>
        string.Concat(name.Where(static letter => letter is not ('_' or '-' or ' ' or '.'))).ToUpperInvariant();
}
