using System.Buffers.Binary;
using Personalization.Partitions;

namespace Personalization.Stores;

/// <summary>
/// The checksum that a store writes beside a customer's row and compares when it reads the row: XXH3-64 of the customer, the version, the fold's version, whether it is a
/// tombstone, the row and the side records. Flipped bits, a row cut short and a row under another customer's key are noticed; who writes on purpose is not kept out.
/// </summary>
/// <remarks>Stored, so it may never change. Cost: about .2 µs for a row of 3 KiB, and nothing allocated.</remarks>
public static class RowChecksum
{
    /// <summary>Of what is written.</summary>
    public static ulong Of(CustomerWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        return Of(write.Customer, write.Applied, write.FoldVersion, write.IsTombstone, write.Row, write.Side);
    }

    /// <summary>Of what was read.</summary>
    public static ulong Of(CustomerKey customer, CustomerRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Of(customer, record.Applied, record.FoldVersion, record.IsTombstone, record.Row, record.Side);
    }

    private static ulong Of(CustomerKey customer, long applied, int foldVersion, bool isTombstone, ReadOnlySpan<byte> row, ReadOnlySpan<byte> side)
    {
        Span<byte> parts = stackalloc byte[37];
        BinaryPrimitives.WriteUInt64LittleEndian(parts, KeyHash.Hash64(customer.Text));
        BinaryPrimitives.WriteInt64LittleEndian(parts[8..], applied);
        BinaryPrimitives.WriteInt32LittleEndian(parts[16..], foldVersion);
        parts[20] = isTombstone ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(parts[21..], KeyHash.Hash64(row));
        BinaryPrimitives.WriteUInt64LittleEndian(parts[29..], KeyHash.Hash64(side));
        return KeyHash.Hash64(parts);
    }
}
