using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Personalization.Decisions;

/// <summary>
/// Candidates of a decision as bytes: some ten an action instead of the sixty that a row of a text and doubles takes, and nothing is read where nobody asks.
/// </summary>
/// <remarks>
/// Little-endian: version u8 · rows varint · floor f64; then of each row: head u8 (bits 0–6: the place of its weight among the distinct ones so far; bit 7: a propensity
/// follows, else it is the floor) · the weight f64 where it is new · the propensity f64 · the score f16 · UTF-16 units that the id shares with the one before u8 ·
/// bytes that follow varint · those, UTF-8. Weights and propensities are exact; a score keeps 11 bits, a relative error of at most 2⁻¹¹ above 6·10⁻⁵.
/// Actions come in the order of their ids, so that neighbours share most of them.
/// </remarks>
public static class CandidateRows
{
    private const byte Version = 1;
    private const int HasPropensity = 0x80;
    private const int HeadSize = 1 + 5 + 8;
    private const int LargestRow = 1 + 8 + 8 + 2 + 1 + 5;

    /// <summary>Reads what a <see cref="Packer"/> packed, in its order.</summary>
    /// <exception cref="InvalidDataException">The bytes are no such rows.</exception>
    public static DecisionCandidate[] Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ReadRows(bytes);
        }
        catch (ArgumentOutOfRangeException fault)
        {
            throw new InvalidDataException("the candidates of a decision end early", fault);
        }
    }

    private static DecisionCandidate[] ReadRows(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] != Version) throw new InvalidDataException("the candidates of a decision are of a version that is not known to this code");
        var rest = bytes[1..];
        var count = Count(ref rest);
        if (count > DecisionMade.MaxCandidates) throw new InvalidDataException($"a decision has {count} candidates on record");
        var floor = Double(ref rest);
        var rows = new DecisionCandidate[count];
        Span<double> weights = stackalloc double[DecisionMade.MaxCandidates];
        var distinct = 0;
        var id = "";
        foreach (ref var row in rows.AsSpan())
        {
            var head = Take(ref rest, 1)[0];
            var place = head & ~HasPropensity;
            if (place > distinct || place >= weights.Length) throw new InvalidDataException("a candidate's weight is not on record");
            if (place == distinct) weights[distinct++] = Double(ref rest);
            var propensity = (head & HasPropensity) != 0 ? Double(ref rest) : floor;
            var score = (double)BinaryPrimitives.ReadHalfLittleEndian(Take(ref rest, 2));
            var shared = Take(ref rest, 1)[0];
            id = string.Concat(id.AsSpan(0, shared), Encoding.UTF8.GetString(Take(ref rest, Count(ref rest))));
            row = new DecisionCandidate(id, score, weights[place], propensity);
        }

        return rest.IsEmpty ? rows : throw new InvalidDataException("there are bytes after a decision's candidates");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static double Double(ref ReadOnlySpan<byte> rest) => BinaryPrimitives.ReadDoubleLittleEndian(Take(ref rest, sizeof(double)));

    private static int Count(ref ReadOnlySpan<byte> rest)
    {
        var count = 0;
        for (var shift = 0; shift < 28; shift += 7)
        {
            var next = Take(ref rest, 1)[0];
            count |= (next & 0x7F) << shift;
            if (next < 0x80) return count;
        }

        throw new InvalidDataException("a count among a decision's candidates is too long");
    }

    /// <summary>Packs rows one by one, in a buffer of the pool's: only the bytes themselves are allocated.</summary>
    public ref struct Packer
    {
        private readonly double _floor;
        private readonly Span<double> _weights;
        private byte[] _buffer;
        private int _length;
        private int _distinct;
        private string _previous = "";

        /// <summary>Begins. <see cref="Finish"/> gives the buffer back.</summary>
        /// <param name="rows">How many rows will be added, at most <see cref="DecisionMade.MaxCandidates"/>.</param>
        /// <param name="floor">The propensity that most rows have.</param>
        /// <param name="weights">Room for as many numbers as there are rows.</param>
        public Packer(int rows, double floor, Span<double> weights)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, DecisionMade.MaxCandidates);
            ArgumentOutOfRangeException.ThrowIfLessThan(weights.Length, rows);
            _floor = floor;
            _weights = weights;
            _buffer = ArrayPool<byte>.Shared.Rent(HeadSize + 4096);
            _buffer[_length++] = Version;
            Count(rows);
            Double(floor);
        }

        /// <summary>Adds a row.</summary>
        public void Add(string id, double score, double weight, double propensity)
        {
            ArgumentNullException.ThrowIfNull(id);
            MakeRoom(LargestRow + Encoding.UTF8.GetMaxByteCount(id.Length));
            var place = _weights[.._distinct].IndexOf(weight);
            var isNew = place < 0;
            if (isNew)
            {
                place = _distinct++;
                _weights[place] = weight;
            }

            _buffer[_length++] = (byte)(place | (propensity != _floor ? HasPropensity : 0));
            if (isNew) Double(weight);
            if (propensity != _floor) Double(propensity);
            BinaryPrimitives.WriteHalfLittleEndian(_buffer.AsSpan(_length), (Half)score);
            _length += 2;

            var shared = Math.Min(byte.MaxValue, id.AsSpan().CommonPrefixLength(_previous));
            // Half a character is none.
            if (shared > 0 && char.IsHighSurrogate(id[shared - 1])) shared--;
            _buffer[_length++] = (byte)shared;
            Count(Encoding.UTF8.GetByteCount(id.AsSpan(shared)));
            _length += Encoding.UTF8.GetBytes(id.AsSpan(shared), _buffer.AsSpan(_length));
            _previous = id;
        }

        /// <summary>The bytes.</summary>
        public byte[] Finish()
        {
            var bytes = _buffer.AsSpan(0, _length).ToArray();
            ArrayPool<byte>.Shared.Return(_buffer);
            return bytes;
        }

        private void MakeRoom(int bytes)
        {
            if (_length + bytes <= _buffer.Length) return;
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + bytes));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        private void Double(double value)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(_buffer.AsSpan(_length), value);
            _length += sizeof(double);
        }

        private void Count(int value)
        {
            for (; value >= 0x80; value >>= 7) _buffer[_length++] = (byte)(value | 0x80);
            _buffer[_length++] = (byte)value;
        }
    }
}
