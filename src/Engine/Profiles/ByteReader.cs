using System.Buffers.Binary;
using System.Text;

namespace Personalization.Engine.Profiles;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Bytes that end early or say the impossible throw <see cref="InvalidDataException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double Double() => BitConverter.UInt64BitsToDouble(UInt64());

    public float Single() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    /// <summary>A count of things of at least so many bytes each: more than the rest can hold is refused before anything is allocated.</summary>
    public int Count(int leastBytes = 0)
    {
        var value = Unsigned();
        var most = leastBytes == 0 ? int.MaxValue : _rest.Length / leastBytes;
        return value <= (ulong)most ? (int)value : throw new InvalidDataException($"a count of {value} is more than the bytes can hold");
    }

    public uint UInt32()
    {
        var value = Unsigned();
        return value <= uint.MaxValue ? (uint)value : throw new InvalidDataException("a number is too large");
    }

    public long Long() => (long)Unsigned();

    public ulong Unsigned()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw new InvalidDataException("a number is too long");
    }

    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public decimal Decimal()
    {
        var head = Byte();
        var digits = UInt128.Zero;
        for (var shift = 0; ; shift += 7)
        {
            var next = Byte();
            digits |= (UInt128)(next & 0x7F) << shift;
            if (next < 0x80) break;
            if (shift > 91) throw new InvalidDataException("an amount is too long");
        }

        var scale = head & 0x7F;
        if (scale > 28 || digits >> 96 != 0) throw new InvalidDataException("an amount is out of range");
        return new decimal((int)(uint)digits, (int)(uint)(digits >> 32), (int)(uint)(digits >> 64), head >= 0x80, (byte)scale);
    }

    public string Text() => Encoding.UTF8.GetString(Take(Count(1)));

    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length) throw new InvalidDataException("the bytes end early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public ReadOnlySpan<byte> Rest() => Take(_rest.Length);

    public byte Version(byte known, string what)
    {
        var version = Byte();
        return version != 0 && version <= known ? version : throw new InvalidDataException($"version {version} of a {what} is not known to this code");
    }
}
