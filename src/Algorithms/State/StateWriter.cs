using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Personalization.Algorithms.State;

/// <summary>Writes a state into the caller's bytes, little-endian, without allocating.</summary>
/// <remarks>A buffer that is too short throws <see cref="ArgumentException"/>; size it by <see cref="IStateful.StateSize"/>.</remarks>
public ref struct StateWriter
{
    /// <summary>Bytes of <see cref="WriteHead"/>.</summary>
    public const int HeadSize = 6;

    private readonly Span<byte> _buffer;

    /// <summary>Writes from the start of <paramref name="buffer"/>.</summary>
    public StateWriter(Span<byte> buffer) => _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Written { get; private set; }

    /// <summary>Begins a state: its kind and the version of that kind's form.</summary>
    public void WriteHead(StateKind kind, ushort version)
    {
        var head = Take(HeadSize);
        head[0] = (byte)'P';
        head[1] = (byte)'A';
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)kind);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], version);
    }

    /// <summary>One byte.</summary>
    public void Write(byte value) => Take(1)[0] = value;

    /// <summary>Four bytes.</summary>
    public void Write(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    /// <summary>Eight bytes.</summary>
    public void Write(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>The 64 bits of a double, NaN payloads included.</summary>
    public void Write(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);

    /// <summary>All values of a span, without its length.</summary>
    public void Write(ReadOnlySpan<double> values)
    {
        var target = Take(values.Length * sizeof(double));
        if (BitConverter.IsLittleEndian)
        {
            MemoryMarshal.AsBytes(values).CopyTo(target);
            return;
        }

        for (var i = 0; i < values.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(target[(i * sizeof(double))..], values[i]);
    }

    /// <summary>Raw bytes, without their length.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    private Span<byte> Take(int count)
    {
        if (count > _buffer.Length - Written) throw new ArgumentException($"The buffer of {_buffer.Length} bytes is too short for the state.");
        var part = _buffer.Slice(Written, count);
        Written += count;
        return part;
    }
}
