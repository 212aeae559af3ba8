using System.Globalization;
using Sylvan.Data.Csv;

namespace Personalization.Silo.Commands.Tables;

/// <summary>What becomes of a file's columns that are not wanted by name.</summary>
public enum OtherColumns
{
    /// <summary>They are not read.</summary>
    Ignored,

    /// <summary>They are read under their own names; a file without a header has none.</summary>
    Kept,

    /// <summary>They are read under their own names, and the first row is a header whatever it says.</summary>
    UnderHeader,
}

/// <summary>
/// Reads a user's CSV file row by row: RFC 4180 with a delimiter and a beginning that are found out (<see cref="CsvHead"/>), columns by name
/// (<see cref="ColumnBinding"/>), dates and decimals as the whole column writes them.
/// </summary>
/// <remarks>
/// A quoted value may hold delimiters and line ends; rows are numbered from 1 with the lines before the header counted, as an editor numbers the lines of a file
/// without quoted line ends. What is in doubt, and a file of which more than a few rows are refused, ends the run. Memory is bounded by the longest row.
/// </remarks>
public sealed class CsvTable : IDisposable
{
    private readonly CsvDataReader _reader;
    private readonly FileStream _file;
    private readonly CsvHead _head;
    private readonly ColumnChoices _choices;
    private readonly RowAccount _rows;
    private int[] _ordinals = [];
    private InstantFormat?[] _instants = [];
    private bool[] _decimalCommas = [];
    private bool _firstRowPending;
    private bool _isBare;

    private CsvTable(string path, FileStream file, CsvHead head, CsvDataReader reader, ColumnChoices choices) =>
        (Path, _file, _head, _reader, _choices, _rows) = (path, file, head, reader, choices, new RowAccount(path, choices.BadRows));

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The columns, by the index that <see cref="Text"/> takes: those wanted, then the file's others where they are read.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Whether the first row was recognised as a header.</summary>
    public bool HasHeader { get; private set; }

    /// <summary>What was taken for what, in one line for the user.</summary>
    public string Mapping { get; private set; } = "";

    /// <summary>The number of the current row, from 1, the header counted.</summary>
    public long RowNumber { get; private set; }

    /// <summary>How many rows were refused.</summary>
    public long Refused => _rows.Refused;

    /// <summary>The number of fields in the current row, which a malformed row has too few or too many of.</summary>
    public int FieldCount => _reader.RowFieldCount;

    /// <summary>The number of fields in the file's first row.</summary>
    public int HeaderCount { get; private set; }

    /// <summary>What parts the fields.</summary>
    public char Delimiter => _head.Delimiter;

    /// <summary>How much of the file has been read, 0 to 1 (of the compressed bytes, for a compressed file).</summary>
    public double Fraction => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="columns">The columns wanted, in the order of a file without a header.</param>
    /// <param name="choices">What the user says of them.</param>
    /// <param name="others">Whether the file's other columns are read too, behind those wanted.</param>
    /// <exception cref="TableException">The file cannot be read, a column is missing, or something is in doubt.</exception>
    public static CsvTable Open(string path, CsvColumn[] columns, ColumnChoices? choices = null, OtherColumns others = OtherColumns.Ignored)
    {
        ArgumentNullException.ThrowIfNull(columns);
        choices ??= ColumnChoices.None;
        var explicitFormat = choices.DateFormat is { } format ? InstantFormat.Parse(format) : null;
        var table = OpenAt(path, columns, choices, others);
        try
        {
            table.Interpret(columns, explicitFormat);
            return table;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>Goes to the next row; <c>false</c> at the end. Rows of nothing but blanks are passed over.</summary>
    /// <exception cref="TableException">The file is broken beyond this row (a truncated gzip file, an unclosed quote), or too many of its rows were refused.</exception>
    public bool Read()
    {
        try
        {
            while (_firstRowPending || _reader.Read())
            {
                _firstRowPending = false;
                RowNumber++;
                if (_reader.RowFieldCount <= 1 && string.IsNullOrWhiteSpace(_reader.RowFieldCount == 0 ? "" : _reader.GetString(0))) continue;
                _rows.Row();
                return true;
            }
        }
        catch (Exception broken) when (TextFile.IsBroken(broken))
        {
            throw new TableException($"'{Path}' cannot be read beyond row {RowNumber.ToString(CultureInfo.InvariantCulture)}: {TextFile.Reason(broken)}", broken);
        }

        if (!_isBare) _rows.End();
        return false;
    }

    /// <summary>Counts the current row as refused: it is not what its columns were taken for.</summary>
    /// <exception cref="TableException">More than half of a hundred rows and more were refused: reading on would only tell the same again.</exception>
    public void Refuse() => _rows.Refuse();

    /// <summary>Whether the file has this column.</summary>
    public bool Has(int column) => _ordinals[column] >= 0;

    /// <summary>The field's text without surrounding blanks; empty where the row is too short. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<char> Text(int column)
    {
        var ordinal = _ordinals[column];
        return ordinal < 0 || ordinal >= _reader.RowFieldCount ? [] : _reader.GetFieldSpan(ordinal).Trim();
    }

    /// <summary>The field as a finite number, its decimals behind a point or a comma as in the whole column.</summary>
    public bool TryNumber(int column, out double value) => NumberText.TryParse(Text(column), _decimalCommas[column], out value);

    /// <summary>The field as money.</summary>
    public bool TryMoney(int column, out decimal value) => NumberText.TryParse(Text(column), _decimalCommas[column], out value);

    /// <summary>The field as an instant, written as in the whole column; a time without an offset is UTC.</summary>
    public bool TryInstant(int column, out DateTimeOffset value) => (_instants[column] ?? InstantFormat.Plain).TryParse(Text(column), out value);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }

    /// <summary>Opens the file at its first row of data, its columns bound, its formats not known yet.</summary>
    private static CsvTable OpenAt(string path, CsvColumn[] columns, ColumnChoices choices, OtherColumns others)
    {
        var file = TextFile.Open(path);
        try
        {
            var text = TextFile.ReadText(file);
            var head = CsvHead.Read(text);
            if (head.IsEmpty) throw new TableException($"'{path}' is empty.");
            var table = new CsvTable(path, file, head, CsvDataReader.Create(head.Join(text), new CsvDataReaderOptions
            {
                HasHeaders = false,
                Delimiter = head.Delimiter,
                BufferSize = 1 << 16,
                MaxBufferSize = 1 << 24,
                ResultSetMode = ResultSetMode.SingleResult,
            }), choices);
            table.Bind(columns, others);
            return table;
        }
        catch (Exception broken)
        {
            file.Dispose();
            if (TextFile.IsBroken(broken)) throw new TableException($"'{path}' cannot be read: {TextFile.Reason(broken)}", broken);
            throw;
        }
    }

    private void Bind(CsvColumn[] columns, OtherColumns others)
    {
        if (!_reader.Read()) throw new TableException($"'{Path}' is empty.");
        var fields = new string[_reader.RowFieldCount];
        for (var i = 0; i < fields.Length; i++) fields[i] = _reader.GetString(i).Trim();
        var binding = ColumnBinding.Bind(Path, fields, columns, _choices, hasHeader: others == OtherColumns.UnderHeader);
        (HasHeader, _firstRowPending) = (binding.HasHeader, !binding.HasHeader);
        int[] rest = others == OtherColumns.Ignored || !HasHeader ? [] : [.. Enumerable.Range(0, fields.Length).Except(binding.Ordinals)];
        if (rest.Select(i => fields[i]).Where(name => name.Length > 0).GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new TableException($"'{Path}' has {twice.Count()} columns named '{twice.Key}': rename one.");
        HeaderCount = fields.Length;
        _ordinals = [.. binding.Ordinals, .. rest];
        Names = [.. columns.Select(column => column.Name), .. rest.Select(i => fields[i])];
        RowNumber = _head.LinesBefore + (HasHeader ? 1 : 0);
        _instants = new InstantFormat?[_ordinals.Length];
        _decimalCommas = new bool[_ordinals.Length];
        Mapping = string.Join(", ", columns.Select((column, i) => Has(i) ? $"{column.Option ?? column.Name} = {(HasHeader ? $"'{fields[_ordinals[i]]}'" : string.Create(CultureInfo.InvariantCulture, $"column {_ordinals[i] + 1}"))}" : null).OfType<string>());
    }

    /// <summary>Finds out how the columns write dates and decimals, by a reading of their own that ends as soon as nothing is open.</summary>
    private void Interpret(CsvColumn[] columns, InstantFormat? format)
    {
        var instants = columns.Select((column, i) => column.Kind == CsvColumnKind.Instant && Has(i) && format is null ? new InstantDetection(column.Name, Path) : null).ToArray();
        var numbers = columns.Select((column, i) => column.Kind == CsvColumnKind.Number && Has(i) && _choices.DecimalComma is null ? new NumberDetection(column.Name, Path, Delimiter) : null).ToArray();
        if (instants.Any(instant => instant is not null) || numbers.Any(number => number is not null)) Detect(columns, instants, numbers);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Kind == CsvColumnKind.Instant && Has(i)) _instants[i] = format ?? instants[i]!.Format();
            if (columns[i].Kind == CsvColumnKind.Number && Has(i)) _decimalCommas[i] = numbers[i]?.IsComma() ?? _choices.DecimalComma!.Value;
        }

        string[] formats =
        [
            .. _instants.OfType<InstantFormat>().Where(instant => instant != InstantFormat.Plain).Select(instant => $"dates {instant.Name}").Distinct(),
            .. _decimalCommas.Contains(true) ? ["decimal comma"] : Array.Empty<string>(),
        ];
        Mapping = $"{System.IO.Path.GetFileName(Path)}: {(HasHeader ? "" : "no header; ")}{Mapping}{string.Concat(formats.Select(text => "; " + text))}";
    }

    private void Detect(CsvColumn[] columns, InstantDetection?[] instants, NumberDetection?[] numbers)
    {
        using var table = OpenAt(Path, columns, _choices, OtherColumns.Ignored);
        table._isBare = true;
        while (table.Read())
        {
            var isOpen = false;
            for (var i = 0; i < columns.Length; i++)
            {
                instants[i]?.Add(table.Text(i));
                numbers[i]?.Add(table.Text(i));
                isOpen |= instants[i] is { IsSettled: false } || numbers[i] is { IsSettled: false };
            }

            if (!isOpen) return;
        }
    }
}
