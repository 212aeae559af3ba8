namespace Personalization.Silo.Commands.Tables;

/// <summary>What exports write where nothing is known.</summary>
internal static class MissingValue
{
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Words =
        new HashSet<string>(["", "NA", "N/A", "#N/A", "NaN", "null", "none", "nil", "\\N", "-", "?"], StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Whether a field holds nothing: a blank, or a word such as <c>NaN</c>, <c>NA</c>, <c>null</c>.</summary>
    public static bool Is(ReadOnlySpan<char> text) => Words.Contains(text);
}
