using System.Globalization;

namespace Personalization.Silo.Commands.Tables;

/// <summary>Which column of a file is which: what the user names, then exact names, then aliases by preference; a file without a header is read by position where its first row allows it.</summary>
/// <param name="Ordinals">The file's column of each column wanted; −1: it has none.</param>
/// <param name="HasHeader">Whether the first row is a header.</param>
internal sealed record ColumnBinding(int[] Ordinals, bool HasHeader)
{
    /// <summary>Binds.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="first">The fields of its first row.</param>
    /// <param name="columns">The columns wanted, in the order of a file without a header.</param>
    /// <param name="choices">What the user says.</param>
    /// <param name="hasHeader">Whether the first row is a header whatever it says.</param>
    /// <exception cref="TableException">A column is missing, or which one is meant is in doubt.</exception>
    public static ColumnBinding Bind(string path, string[] first, CsvColumn[] columns, ColumnChoices choices, bool hasHeader)
    {
        var ordinals = new int[columns.Length];
        Array.Fill(ordinals, -1);
        var (hasNames, numbered) = (hasHeader, new bool[columns.Length]);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Option is { } option && choices.Columns.TryGetValue(option, out var chosen))
            {
                ordinals[i] = CsvColumn.Find(first, chosen, path);
                hasNames |= ordinals[i] >= 0;
                if (ordinals[i] < 0) numbered[i] = TryNumber(chosen, first.Length, out ordinals[i]);
                if (ordinals[i] < 0) throw new TableException($"'{path}' has no column '{chosen}' (--{option}); its first row is {string.Join(", ", first)}.");
            }
            else
            {
                ordinals[i] = columns[i].FindIn(first, path);
                hasNames |= ordinals[i] >= 0;
            }
        }

        if (!hasNames) return ByPosition(path, first, columns, ordinals, numbered);
        for (var i = 0; i < columns.Length; i++)
        {
            if (ordinals[i] < 0 && !columns[i].Optional)
                throw new TableException($"'{path}' has no column '{columns[i].Name}'; its header is {string.Join(", ", first)}.{Cure(columns)}");
        }

        return new ColumnBinding(ordinals, HasHeader: true);
    }

    private static ColumnBinding ByPosition(string path, string[] first, CsvColumn[] columns, int[] ordinals, bool[] numbered)
    {
        string expected = string.Join(", ", columns.Select(column => column.Name)), found = string.Join(", ", first);
        var required = Array.FindLastIndex(columns, column => !column.Optional) + 1;
        var isNumbered = !columns.Where((column, i) => !column.Optional && !numbered[i]).Any();
        for (var i = 0; i < ordinals.Length && !isNumbered; i++) ordinals[i] = numbered[i] ? ordinals[i] : i < first.Length ? i : -1;

        // A first row that cannot be data is a header in words that nothing here knows: by position it would be read wrong and nobody told.
        if (!IsData(first, columns, ordinals))
        {
            if (isNumbered) return new ColumnBinding(ordinals, HasHeader: true);
            throw new TableException(first.Length < required
                ? $"'{path}' has neither a header with {expected} nor as many columns: its first row is {found}.{Cure(columns)}"
                : $"'{path}': the first row is neither a header with {expected} nor a row of them: {found}.{Cure(columns)}");
        }

        if (first.Length < required && !isNumbered)
            throw new TableException($"'{path}' has neither a header with {expected} nor as many columns: its first row is {found}.{Cure(columns)}");
        if (first.Length > columns.Length && !isNumbered)
            throw new TableException($"'{path}' has no header and {first.Length} columns where {expected} were expected; its first row is {found}. Say which is which by number, such as {NumberCure(columns)}.");
        return new ColumnBinding(ordinals, HasHeader: false);
    }

    /// <summary>Whether the fields can be what the columns hold. Text can be anything but empty.</summary>
    private static bool IsData(string[] first, CsvColumn[] columns, int[] ordinals)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (ordinals[i] < 0 || ordinals[i] >= first.Length) continue;
            var field = first[ordinals[i]];
            if (field.Length == 0)
            {
                if (!columns[i].Optional) return false;
                continue;
            }

            var isData = columns[i].Kind switch
            {
                CsvColumnKind.Number => NumberText.TryParse(field, isComma: false, out double _) || NumberText.TryParse(field, isComma: true, out double _),
                CsvColumnKind.Instant => field.AsSpan().ContainsAnyInRange('0', '9'),
                _ => true,
            };
            if (!isData) return false;
        }

        return true;
    }

    private static bool TryNumber(string text, int columns, out int ordinal)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= columns;
        ordinal = isNumber ? number - 1 : -1;
        return isNumber;
    }

    private static string Cure(CsvColumn[] columns)
    {
        string[] options = [.. columns.Where(column => column.Option is not null).Select(column => $"--{column.Option}")];
        return options.Length == 0 ? "" : $" Name its columns with {string.Join(", ", options)}.";
    }

    private static string NumberCure(CsvColumn[] columns) => string.Join(' ', columns.Where(column => column.Option is not null).Select((column, i) => string.Create(CultureInfo.InvariantCulture, $"--{column.Option} {i + 1}")));
}
