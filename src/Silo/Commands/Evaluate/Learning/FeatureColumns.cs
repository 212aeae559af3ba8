using System.Globalization;
using Personalization.Algorithms.Learning.Features;
using Personalization.Silo.Commands.Tables;

namespace Personalization.Silo.Commands.Evaluate.Learning;

/// <summary>Turns the columns of any CSV file into features: a column whose values are all numbers is one number, any other one indicator a category.</summary>
/// <remarks>
/// In a column of numbers blanks, words for nothing (NaN, NA, null …) and infinite values are missing; decimals come behind a point or a comma, as the column writes them.
/// Kinds are told from the whole file in a first reading, without looking at labels or rewards. A text column that names its rows (more than half of its values are different) is left out, as is a column without a name:
/// neither says anything of the next row.
/// </remarks>
internal sealed class FeatureColumns
{
    // Enough to tell names from categories; past it a text column counts as names.
    private const int MostCategories = 5_000;

    private readonly List<FeatureColumn> _columns = [];
    private readonly List<string> _dropped = [];
    private Feature[] _buffer = new Feature[16];

    /// <summary>The space that names its indexes.</summary>
    public NamedFeatureSpace Space { get; } = new();

    /// <summary>Columns that are used.</summary>
    public int Count => _columns.Count;

    /// <summary>Columns left out by themselves, not by the user.</summary>
    public IReadOnlyList<string> Dropped => _dropped;

    /// <summary>Infinite values in columns of numbers, which are taken as missing.</summary>
    public long Infinite { get; private set; }

    /// <summary>Reads the file once to tell numbers, categories and names apart.</summary>
    public static FeatureColumns Infer(CsvTable table, IReadOnlySet<int> excluded, CancellationToken cancellation)
    {
        var columns = Enumerable.Range(0, table.Names.Count).Where(c => !excluded.Contains(c)).ToArray();
        var kinds = Array.ConvertAll(columns, c => new Kind(table, c));
        while (table.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var kind in kinds) kind.Add(table.Text(kind.Column));
        }

        var result = new FeatureColumns();
        foreach (var kind in kinds)
        {
            if (kind.Name.Length == 0 || kind.IsName) result._dropped.Add(kind.Name.Length == 0 ? "(no name)" : kind.Name);
            else if (kind.IsFilled) result._columns.Add(new FeatureColumn(kind.Column, kind.Name, kind.IsNumber, kind.IsComma));
            if (kind.IsNumber) result.Infinite += kind.Infinite;
        }

        return result;
    }

    /// <summary>The current row as numbers (to be scaled) and indicators.</summary>
    public EncodedRow Encode(CsvTable table)
    {
        if (_buffer.Length < _columns.Count) _buffer = new Feature[_columns.Count];
        var numbers = new FeatureVector(Space, _buffer, learning: true);
        foreach (var column in _columns)
        {
            if (column.IsNumber && NumberText.TryParse(table.Text(column.Column), column.IsComma, out double value)) numbers.Add(column.Name, value);
        }

        var encodedNumbers = numbers.Features.ToArray();
        var indicators = new FeatureVector(Space, _buffer, learning: true);
        foreach (var column in _columns)
        {
            if (!column.IsNumber) indicators.AddCategory(column.Name, table.Text(column.Column));
        }

        return new EncodedRow(encodedNumbers, indicators.Features.ToArray());
    }

    private readonly record struct FeatureColumn(int Column, string Name, bool IsNumber, bool IsComma);

    /// <summary>What a column turns out to hold, value by value.</summary>
    private sealed class Kind(CsvTable table, int column)
    {
        private readonly NumberDetection _decimals = new(table.Names[column], table.Path, table.Delimiter);
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _categories = new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        private bool _isPoint = true, _isComma = true;
        private long _filled, _known;

        public int Column => column;

        public string Name { get; } = table.Names[column];

        /// <summary>Values that are infinite, if the column holds numbers.</summary>
        public long Infinite { get; private set; }

        /// <summary>Whether decimals come behind a comma; where nothing tells, a point, because a factor of a thousand is nothing to a scaled feature.</summary>
        public bool IsComma => _decimals.Evidence ?? (_isComma && !_isPoint);

        public bool IsNumber => _known > 0 && (IsComma ? _isComma : _isPoint);

        public bool IsFilled => _filled > 0;

        /// <summary>A text column whose values name its rows.</summary>
        public bool IsName => !IsNumber && (_categories.Set.Count >= MostCategories || (_filled >= 20 && _categories.Set.Count > _filled / 2));

        public void Add(ReadOnlySpan<char> text)
        {
            if (text.IsEmpty) return;
            _filled++;
            if (_categories.Set.Count < MostCategories) _categories.Add(text);
            if ((!_isPoint && !_isComma) || MissingValue.Is(text)) return;
            if (IsInfinite(text))
            {
                Infinite++;
                return;
            }

            _known++;
            _decimals.Add(text);
            _isPoint = _isPoint && NumberText.TryParse(text, isComma: false, out double _);
            _isComma = _isComma && NumberText.TryParse(text, isComma: true, out double _);
        }

        /// <summary>Infinity in words, or a number beyond the range of a double.</summary>
        private static bool IsInfinite(ReadOnlySpan<char> text) =>
            (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsInfinity(value))
            || text.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>A row as features.</summary>
/// <param name="Numbers">Present numbers, unscaled.</param>
/// <param name="Indicators">One indicator a text column; a blank is a category like any other.</param>
internal readonly record struct EncodedRow(Feature[] Numbers, Feature[] Indicators);
