using System.Buffers;

namespace Personalization.Silo.Commands.Tables;

/// <summary>The beginning of a delimited text: what stands before the first record, and which character parts fields.</summary>
/// <remarks>
/// Passed over before the first record: blank lines, lines of nothing but delimiters, lines that begin with <c>#</c>, and Excel's <c>sep=;</c>, which names
/// the delimiter. Otherwise it is the character (tab, <c>;</c>, <c>|</c>, <c>,</c>) by which most of the first records have as many fields as the first one
/// has, delimiters and line ends inside quotes not counted; among equals the one with more fields.
/// </remarks>
internal sealed class CsvHead
{
    private const int Looked = 1 << 16;
    private const int MostRecords = 50;
    private const string SeparatorLine = "sep=";
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t;|,\"");
    private static readonly char[] Delimiters = ['\t', ';', '|', ','];

    private readonly char[] _text;
    private readonly int _length;

    private CsvHead(char[] text, int length, int start, int linesBefore, char? delimiter)
    {
        (_text, _length, Start, LinesBefore) = (text, length, start, linesBefore);
        Delimiter = delimiter ?? Delimiters.MaxBy(Score);
    }

    /// <summary>What parts fields.</summary>
    public char Delimiter { get; }

    /// <summary>How many lines stand before the first record.</summary>
    public int LinesBefore { get; }

    /// <summary>Whether there is nothing but such lines.</summary>
    public bool IsEmpty => Start == _length;

    /// <summary>The first character of the first record.</summary>
    public char First => _text[Start];

    private int Start { get; }

    /// <summary>Reads the beginning.</summary>
    /// <exception cref="InvalidDataException">It is no text.</exception>
    public static CsvHead Read(TextReader text)
    {
        var head = new char[Looked];
        var length = text.ReadBlock(head, 0, head.Length);
        if (head.AsSpan(0, length).Contains('\0')) throw new InvalidDataException("it holds NUL characters, so it is no text in UTF-8.");
        var (start, lines, delimiter) = (0, 0, default(char?));
        while (start < length)
        {
            var end = start;
            while (end < length && head[end] is not ('\n' or '\r')) end++;
            var line = head.AsSpan(start, end - start);
            if (line.StartsWith(SeparatorLine, StringComparison.OrdinalIgnoreCase) && line.Length == SeparatorLine.Length + 1) delimiter = line[^1];
            else if (!line.StartsWith("#") && line.ContainsAnyExcept(Blanks)) break;
            if (end < length) end += head[end] == '\r' && end + 1 < length && head[end + 1] == '\n' ? 2 : 1;
            (start, lines) = (end, lines + 1);
        }

        return new CsvHead(head, length, start, lines, delimiter);
    }

    /// <summary>The whole text from the first record on.</summary>
    /// <param name="rest">What <see cref="Read"/> was given.</param>
    public TextReader Join(TextReader rest) => new JoinedReader(_text, Start, _length, rest);

    /// <summary>The share of records that have as many fields as the first, and behind it their number; 0 where the first has but one.</summary>
    private (double Share, int Fields) Score(char delimiter)
    {
        var counts = CountFields(delimiter);
        return counts is [> 1, ..] ? (counts.Count(count => count == counts[0]) / (double)counts.Count, counts[0]) : (0, 1);
    }

    /// <summary>Fields of the first records, by RFC 4180: a quote at the beginning of a field opens, a doubled one is a quote, line ends inside belong to the field.</summary>
    private List<int> CountFields(char delimiter)
    {
        var counts = new List<int>();
        var (fields, isQuoted, isFieldStart, isRecord) = (1, false, true, false);
        for (var i = Start; i < _length && counts.Count < MostRecords; i++)
        {
            var letter = _text[i];
            if (isQuoted)
            {
                if (letter != '"') continue;
                if (i + 1 < _length && _text[i + 1] == '"') i++;
                else isQuoted = false;
            }
            else if (letter is '\n' or '\r')
            {
                if (isRecord) counts.Add(fields);
                (fields, isFieldStart, isRecord) = (1, true, false);
            }
            else
            {
                isRecord = true;
                if (letter == '"' && isFieldStart) isQuoted = true;
                if (letter == delimiter) fields++;
                isFieldStart = letter == delimiter;
            }
        }

        // The last record may have been cut off by the end of what was looked at.
        if (isRecord && (_length < Looked || counts.Count == 0)) counts.Add(fields);
        return counts;
    }

    /// <summary>Puts what was already read in front of the rest.</summary>
    private sealed class JoinedReader(char[] head, int start, int end, TextReader rest) : TextReader
    {
        private int _position = start;

        public override int Read(char[] buffer, int index, int count)
        {
            var left = Math.Min(end - _position, count);
            if (left == 0) return rest.Read(buffer, index, count);
            Array.Copy(head, _position, buffer, index, left);
            _position += left;
            return left;
        }

        public override int Peek() => _position < end ? head[_position] : rest.Peek();

        public override int Read() => _position < end ? head[_position++] : rest.Read();

        protected override void Dispose(bool disposing)
        {
            if (disposing) rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
