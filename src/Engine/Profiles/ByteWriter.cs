using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Personalization.Engine.Profiles;

/// <summary>Writes little-endian numbers, LEB128 varints, zigzag for signed ones, and length-prefixed UTF-8.</summary>
internal readonly ref struct ByteWriter(IBufferWriter<byte> target)
{
    private readonly IBufferWriter<byte> _target = target;

    /// <summary>Where the bytes go.</summary>
    public IBufferWriter<byte> Target => _target;

    public void Byte(byte value)
    {
        _target.GetSpan(1)[0] = value;
        _target.Advance(1);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_target.GetSpan(8), value);
        _target.Advance(8);
    }

    public void Double(double value) => UInt64(BitConverter.DoubleToUInt64Bits(value));

    public void Single(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_target.GetSpan(4), value);
        _target.Advance(4);
    }

    public void Count(int value) => Unsigned((ulong)value);

    public void Unsigned(UInt128 value)
    {
        var span = _target.GetSpan(19);
        var size = 0;
        while (value >= 0x80)
        {
            span[size++] = (byte)((byte)value | 0x80);
            value >>= 7;
        }

        span[size++] = (byte)value;
        _target.Advance(size);
    }

    public void Unsigned(ulong value)
    {
        var span = _target.GetSpan(10);
        var size = 0;
        while (value >= 0x80)
        {
            span[size++] = (byte)((byte)value | 0x80);
            value >>= 7;
        }

        span[size++] = (byte)value;
        _target.Advance(size);
    }

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>How many bytes <see cref="Decimal"/> takes.</summary>
    public static int BytesOf(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var digits = ((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0];
        return 1 + Math.Max(1, (134 - (int)UInt128.LeadingZeroCount(digits)) / 7);
    }

    /// <summary>All 128 bits that tell: scale and sign in one byte, then the digits; 1.0 and 1.00 stay two things.</summary>
    public void Decimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        Byte((byte)(((bits[3] >> 16) & 0x1F) | (bits[3] < 0 ? 0x80 : 0)));
        Unsigned(((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0]);
    }

    public void Text(string value)
    {
        var size = Encoding.UTF8.GetByteCount(value);
        Count(size);
        Encoding.UTF8.GetBytes(value, _target.GetSpan(Math.Max(1, size)));
        _target.Advance(size);
    }

    public void Bytes(ReadOnlySpan<byte> value) => _target.Write(value);
}
