using System.Buffers.Binary;
using Personalization.Stores;

namespace Personalization.Storage.Redis;

/// <summary>A customer's row as one value, little-endian: applied i64 · fold version i32 · tombstone u8 · length of the row i32 · row · side records.</summary>
internal static class StoredCustomer
{
    private const int HeaderSize = 17;

    public static byte[] Encode(CustomerWrite write)
    {
        var bytes = new byte[HeaderSize + write.Row.Length + write.Side.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, write.Applied);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), write.FoldVersion);
        bytes[12] = write.IsTombstone ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(13), write.Row.Length);
        write.Row.CopyTo(bytes, HeaderSize);
        write.Side.CopyTo(bytes, HeaderSize + write.Row.Length);
        return bytes;
    }

    public static CustomerRecord Decode(ReadOnlySpan<byte> bytes)
    {
        var row = BinaryPrimitives.ReadInt32LittleEndian(bytes[13..]);
        return new CustomerRecord(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            bytes.Slice(HeaderSize, row).ToArray(),
            bytes[(HeaderSize + row)..].ToArray(),
            bytes[12] == 1);
    }
}
