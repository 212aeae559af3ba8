namespace Personalization.Silo.Commands.Tables;

/// <summary>What a user says of a file's columns, instead of having it found out.</summary>
public sealed record ColumnChoices
{
    /// <summary>The share of rows that may be refused, see <see cref="BadRows"/>.</summary>
    public const double DefaultBadRows = 0.01;

    /// <summary>Nothing is said.</summary>
    public static ColumnChoices None { get; } = new();

    /// <summary>The file's column by <see cref="CsvColumn.Option"/>: its header, or its number from 1.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>How dates are written.</summary>
    public string? DateFormat { get; init; }

    /// <summary>Whether decimals come behind a comma; null: found out.</summary>
    public bool? DecimalComma { get; init; }

    /// <summary>The share of a file's rows that may be refused before the run ends, 0 to 1. Up to ten of a file, and no more than half of it, may always be.</summary>
    public double BadRows { get; init; } = DefaultBadRows;
}
