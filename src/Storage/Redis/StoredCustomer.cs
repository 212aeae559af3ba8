using System.Buffers.Binary;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Storage.Redis;

/// <summary>
/// A customer's row as one value, little-endian: applied i64 · fold version i32 · flags u8 (1 a tombstone, 2 a checksum follows) · length of the row i32 · row · side records ·
/// checksum u64 (<see cref="RowChecksum"/>). Those written before there was a checksum have none.
/// </summary>
internal static class StoredCustomer
{
    private const int HeaderSize = 17;
    private const int ChecksumSize = 8;
    private const byte Tombstone = 1;
    private const byte Checksum = 2;

    public static byte[] Encode(CustomerWrite write)
    {
        var bytes = new byte[HeaderSize + write.Row.Length + write.Side.Length + ChecksumSize];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, write.Applied);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), write.FoldVersion);
        bytes[12] = (byte)(Checksum | (write.IsTombstone ? Tombstone : 0));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(13), write.Row.Length);
        write.Row.CopyTo(bytes, HeaderSize);
        write.Side.CopyTo(bytes, HeaderSize + write.Row.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - ChecksumSize), RowChecksum.Of(write));
        return bytes;
    }

    public static CustomerRecord Decode(CustomerKey customer, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || bytes[12] > (Tombstone | Checksum)) return Damaged;
        var hasChecksum = (bytes[12] & Checksum) != 0;
        var end = bytes.Length - (hasChecksum ? ChecksumSize : 0);
        var row = BinaryPrimitives.ReadInt32LittleEndian(bytes[13..]);
        if (row < 0 || row > end - HeaderSize) return Damaged;
        var record = new CustomerRecord(
            BinaryPrimitives.ReadInt64LittleEndian(bytes),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            bytes.Slice(HeaderSize, row).ToArray(),
            bytes[(HeaderSize + row)..end].ToArray(),
            (bytes[12] & Tombstone) != 0);
        return hasChecksum && BinaryPrimitives.ReadUInt64LittleEndian(bytes[end..]) != RowChecksum.Of(customer, record) ? record with { IsDamaged = true } : record;
    }

    private static CustomerRecord Damaged => new(0, 0, [], [], false, IsDamaged: true);
}
