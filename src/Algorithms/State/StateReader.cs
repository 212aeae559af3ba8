using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Personalization.Algorithms.State;

/// <summary>Reads what <see cref="StateWriter"/> wrote. Bytes cut short, of another kind, or of a newer version throw <see cref="InvalidStateException"/>.</summary>
public ref struct StateReader
{
    private readonly ReadOnlySpan<byte> _buffer;
    private int _position;

    /// <summary>Reads from the start of <paramref name="buffer"/>.</summary>
    public StateReader(ReadOnlySpan<byte> buffer) => _buffer = buffer;

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _buffer.Length - _position;

    /// <summary>The kind of the state that comes next, without reading it.</summary>
    public readonly StateKind PeekKind()
    {
        if (Remaining < StateWriter.HeadSize || _buffer[_position] != 'P' || _buffer[_position + 1] != 'A')
            throw new InvalidStateException("The bytes do not begin with the head of a state.");
        return (StateKind)BinaryPrimitives.ReadUInt16LittleEndian(_buffer[(_position + 2)..]);
    }

    /// <summary>Reads a head, checks the kind, and returns the version (1 … <paramref name="newestVersion"/>).</summary>
    public ushort ReadHead(StateKind kind, ushort newestVersion)
    {
        var found = PeekKind();
        if (found != kind) throw new InvalidStateException($"A state of kind {kind} was expected, {found} was found.");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(_buffer[(_position + 4)..]);
        if (version == 0 || version > newestVersion)
            throw new InvalidStateException($"The state of kind {kind} has version {version}; this code reads 1 to {newestVersion}.");
        _position += StateWriter.HeadSize;
        return version;
    }

    /// <summary>One byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>Four bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>Eight bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>The 64 bits of a double.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    /// <summary>A count that the rest of the bytes must be able to hold, so that damaged bytes never cause a huge allocation.</summary>
    /// <param name="bytesPerElement">The least number of bytes that each counted element takes in what follows.</param>
    public int ReadCount(int bytesPerElement)
    {
        var count = ReadInt32();
        if (count < 0 || (long)count * bytesPerElement > Remaining) throw new InvalidStateException($"A count of {count} does not fit the {Remaining} bytes left.");
        return count;
    }

    /// <summary>Fills a span of known length.</summary>
    public void ReadDoubles(Span<double> destination)
    {
        var source = Take(destination.Length * sizeof(double));
        if (BitConverter.IsLittleEndian)
        {
            source.CopyTo(MemoryMarshal.AsBytes(destination));
            return;
        }

        for (var i = 0; i < destination.Length; i++) destination[i] = BinaryPrimitives.ReadDoubleLittleEndian(source[(i * sizeof(double))..]);
    }

    /// <summary>Raw bytes; the span points into the source.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count) => Take(count);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > Remaining) throw new InvalidStateException("The state ends before its end.");
        var part = _buffer.Slice(_position, count);
        _position += count;
        return part;
    }
}
