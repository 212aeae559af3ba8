using System.Globalization;
using Personalization.Algorithms.Learning.Features;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>Turns the columns of any CSV file into features: a column whose values are all numbers is one number, any other one indicator a category; a blank number is missing.</summary>
/// <remarks>
/// Kinds are told from the whole file in a first reading, without looking at labels or rewards. A text column that names its rows (more than half of its values are different) is left out, as is a column without a name:
/// neither says anything of the next row.
/// </remarks>
internal sealed class FeatureColumns
{
    // Enough to tell names from categories; past it a text column counts as names.
    private const int MostCategories = 5_000;

    private readonly List<(int Column, string Name, bool IsNumber)> _columns = [];
    private readonly List<string> _dropped = [];
    private Feature[] _buffer = new Feature[16];

    /// <summary>The space that names its indexes.</summary>
    public NamedFeatureSpace Space { get; } = new();

    /// <summary>Columns that are used.</summary>
    public int Count => _columns.Count;

    /// <summary>Columns left out by themselves, not by the user.</summary>
    public IReadOnlyList<string> Dropped => _dropped;

    /// <summary>Reads the file once to tell numbers, categories and names apart.</summary>
    public static FeatureColumns Infer(CsvTable table, IReadOnlySet<int> excluded, CancellationToken cancellation)
    {
        var columns = Enumerable.Range(0, table.Names.Count).Where(c => !excluded.Contains(c)).ToArray();
        var numbers = new bool[table.Names.Count];
        Array.Fill(numbers, true);
        var filled = new long[table.Names.Count];
        var categories = new HashSet<string>[table.Names.Count];
        var lookups = new HashSet<string>.AlternateLookup<ReadOnlySpan<char>>[table.Names.Count];
        foreach (var c in columns) lookups[c] = (categories[c] = new HashSet<string>(StringComparer.Ordinal)).GetAlternateLookup<ReadOnlySpan<char>>();
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var c in columns)
            {
                var text = table.Text(c);
                if (text.IsEmpty) continue;
                filled[c]++;
                if (numbers[c] && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) numbers[c] = false;
                if (categories[c].Count < MostCategories) lookups[c].Add(text);
            }
        }

        var result = new FeatureColumns();
        foreach (var c in columns)
        {
            var isName = !numbers[c] && (categories[c].Count >= MostCategories || filled[c] >= 20 && categories[c].Count > filled[c] / 2);
            if (table.Names[c].Length == 0 || isName) result._dropped.Add(table.Names[c].Length == 0 ? "(no name)" : table.Names[c]);
            else if (filled[c] > 0) result._columns.Add((c, table.Names[c], numbers[c]));
        }

        return result;
    }

    /// <summary>The current row as numbers (to be scaled) and indicators.</summary>
    public EncodedRow Encode(CsvTable table)
    {
        if (_buffer.Length < _columns.Count) _buffer = new Feature[_columns.Count];
        var numbers = new FeatureVector(Space, _buffer, learning: true);
        foreach (var (column, name, isNumber) in _columns)
        {
            if (isNumber && table.TryNumber(column, out var value)) numbers.Add(name, value);
        }

        var encodedNumbers = numbers.Features.ToArray();
        var indicators = new FeatureVector(Space, _buffer, learning: true);
        foreach (var (column, name, isNumber) in _columns)
        {
            if (!isNumber) indicators.AddCategory(name, table.Text(column));
        }

        return new EncodedRow(encodedNumbers, indicators.Features.ToArray());
    }
}

/// <summary>A row as features.</summary>
/// <param name="Numbers">Present numbers, unscaled.</param>
/// <param name="Indicators">One indicator a text column; a blank is a category like any other.</param>
internal readonly record struct EncodedRow(Feature[] Numbers, Feature[] Indicators);
