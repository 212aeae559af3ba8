using System.Globalization;
using System.IO.Compression;
using Sylvan.Data.Csv;

namespace Personalization.Silo.Commands.Evaluate;

/// <summary>
/// Reads a user's CSV file row by row: gzip is recognised by its first bytes, the delimiter (<c>, ; tab |</c>) by the first line, a header by the
/// names of the columns wanted.
/// </summary>
/// <remarks>
/// A quoted value may hold delimiters and line ends; rows are numbered from 1 with the header counted, as an editor numbers the lines of a file
/// without quoted line ends. Memory is bounded by the longest row.
/// </remarks>
public sealed class CsvTable : IDisposable
{
    private static readonly char[] Delimiters = ['\t', ';', '|', ','];
    private readonly CsvDataReader _reader;
    private readonly FileStream _file;
    private readonly int[] _ordinals;
    private bool _firstRowPending;

    private CsvTable(string path, FileStream file, CsvDataReader reader, string[] names, int[] ordinals, bool hasHeader, bool firstRowPending)
    {
        Path = path;
        _file = file;
        _reader = reader;
        Names = names;
        _ordinals = ordinals;
        HasHeader = hasHeader;
        _firstRowPending = firstRowPending;
        RowNumber = hasHeader ? 1 : 0;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The columns, by the index that <see cref="Text"/> takes: those wanted, or all of the file's where none were named.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether the first row was recognised as a header.</summary>
    public bool HasHeader { get; }

    /// <summary>The number of the current row, from 1, the header counted.</summary>
    public long RowNumber { get; private set; }

    /// <summary>The number of fields in the current row, which a malformed row has too few or too many of.</summary>
    public int FieldCount => _reader.RowFieldCount;

    /// <summary>How much of the file has been read, 0 to 1 (of the compressed bytes, for a compressed file).</summary>
    public double Fraction => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    /// <summary>Goes to the next row; <c>false</c> at the end. Rows of nothing but blanks are passed over.</summary>
    /// <exception cref="EvaluationException">The file is broken beyond this row (a truncated gzip file, an unclosed quote).</exception>
    public bool Read()
    {
        try
        {
            while (_firstRowPending || _reader.Read())
            {
                _firstRowPending = false;
                RowNumber++;
                if (_reader.RowFieldCount > 1 || !string.IsNullOrWhiteSpace(_reader.RowFieldCount == 0 ? "" : _reader.GetString(0))) return true;
            }

            return false;
        }
        catch (Exception broken) when (broken is InvalidDataException or CsvFormatException or IOException)
        {
            throw new EvaluationException($"'{Path}' cannot be read beyond row {RowNumber.ToString(CultureInfo.InvariantCulture)}: {broken.Message}", broken);
        }
    }

    /// <summary>Whether the file has this column.</summary>
    public bool Has(int column) => _ordinals[column] >= 0;

    /// <summary>The field's text without surrounding blanks; empty where the row is too short. Valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<char> Text(int column)
    {
        var ordinal = _ordinals[column];
        return ordinal < 0 || ordinal >= _reader.RowFieldCount ? [] : _reader.GetFieldSpan(ordinal).Trim();
    }

    /// <summary>The field as a finite number with a decimal point.</summary>
    public bool TryNumber(int column, out double value) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>
    /// The field as an instant: ISO 8601 (UTC where it names no offset), <c>yyyyMMdd</c>, or a Unix time in seconds or milliseconds (told apart by
    /// size).
    /// </summary>
    public bool TryInstant(int column, out DateTimeOffset value) => InstantText.TryParse(Text(column), out value);

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _file.Dispose();
    }

    internal static CsvTable Open(string path, CsvColumn[] columns)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new EvaluationException($"'{path}' cannot be opened: {missing.Message}", missing);
        }

        try
        {
            return Open(path, file, columns);
        }
        catch (Exception broken)
        {
            file.Dispose();
            if (broken is InvalidDataException or CsvFormatException or IOException)
                throw new EvaluationException($"'{path}' cannot be read: {broken.Message}", broken);
            throw;
        }
    }

    private static CsvTable Open(string path, FileStream file, CsvColumn[] columns)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        Stream content = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        var text = new StreamReader(content, detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);

        var first = text.ReadLine() ?? throw new EvaluationException($"'{path}' is empty.");
        // Sylvan is given the whole text again: the first line was only looked at.
        var joined = new PrefixedReader(first + "\n", text);
        var reader = CsvDataReader.Create(joined, new CsvDataReaderOptions
        {
            HasHeaders = false,
            Delimiter = Delimiters.MaxBy(delimiter => first.Count(letter => letter == delimiter)),
            BufferSize = 1 << 16,
            MaxBufferSize = 1 << 24,
            ResultSetMode = ResultSetMode.SingleResult,
        });
        if (!reader.Read()) throw new EvaluationException($"'{path}' is empty.");

        var fields = new string[reader.RowFieldCount];
        for (var i = 0; i < fields.Length; i++) fields[i] = reader.GetString(i).Trim();
        return columns.Length == 0
            ? new CsvTable(path, file, reader, fields, [.. Enumerable.Range(0, fields.Length)], hasHeader: true, firstRowPending: false)
            : Bind(path, file, reader, fields, columns);
    }

    private static CsvTable Bind(string path, FileStream file, CsvDataReader reader, string[] fields, CsvColumn[] columns)
    {
        string[] names = [.. columns.Select(column => column.Name)];
        var ordinals = new int[columns.Length];
        for (var i = 0; i < columns.Length; i++) ordinals[i] = Array.FindIndex(fields, columns[i].IsNamed);

        if (Array.TrueForAll(ordinals, ordinal => ordinal < 0))
        {
            // Nothing in the first row is a name that we know: a file without a header, its columns in the documented order.
            var required = Array.FindLastIndex(columns, column => !column.Optional) + 1;
            if (fields.Length < required)
            {
                throw new EvaluationException(
                    $"'{path}' has neither a header with {string.Join(", ", names)} nor as many columns: its first row has {fields.Length.ToString(CultureInfo.InvariantCulture)}.");
            }

            for (var i = 0; i < ordinals.Length; i++) ordinals[i] = i < fields.Length ? i : -1;
            return new CsvTable(path, file, reader, names, ordinals, hasHeader: false, firstRowPending: true);
        }

        for (var i = 0; i < columns.Length; i++)
        {
            if (ordinals[i] < 0 && !columns[i].Optional)
                throw new EvaluationException($"'{path}' has no column '{columns[i].Name}'; its header is {string.Join(", ", fields)}.");
        }

        return new CsvTable(path, file, reader, names, ordinals, hasHeader: true, firstRowPending: false);
    }

    /// <summary>Puts a text that was already read in front of the rest.</summary>
    private sealed class PrefixedReader(string prefix, StreamReader rest) : TextReader
    {
        private int _position;

        public override int Read(char[] buffer, int index, int count)
        {
            var left = Math.Min(prefix.Length - _position, count);
            if (left == 0) return rest.Read(buffer, index, count);
            prefix.CopyTo(_position, buffer, index, left);
            _position += left;
            return left;
        }

        public override int Peek() => _position < prefix.Length ? prefix[_position] : rest.Peek();

        public override int Read() => _position < prefix.Length ? prefix[_position++] : rest.Read();

        protected override void Dispose(bool disposing)
        {
            if (disposing) rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
