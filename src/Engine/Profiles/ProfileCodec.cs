using System.Buffers;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Profiles;

/// <summary>
/// Bytes of a profile. The <b>row</b> holds what events have made of the customer: totals and the base. The <b>side</b> holds what is kept apart:
/// recent ids, the tail, purchases, re-driven positions, traits, consents. Written and read bit for bit:
/// <c>fold(read(write(p)), e) = fold(p, e)</c>.
/// </summary>
/// <remarks>
/// Both begin with a version byte; numbers are varints, sequences are delta-coded, reals are 8 raw bytes. The position and whether it is a
/// tombstone stand in the <see cref="CustomerRecord"/>; a tombstone's row is empty.
/// Cost: a few microseconds for full tables and a tail of an hour; figures in docs/decisions/0001-base-and-tail.md.
/// </remarks>
public static class ProfileCodec
{
    /// <summary>The layout of the row that this code writes.</summary>
    public const byte Version = 2;

    /// <summary>Writes a profile, and drops what it has cached.</summary>
    public static void Write(CustomerProfile profile, IBufferWriter<byte> row, IBufferWriter<byte> side)
    {
        ArgumentNullException.ThrowIfNull(profile);
        profile.Trim();
        if (!profile.IsTombstone) RowCodec.Write(profile, new ByteWriter(row));
        SideCodec.Write(profile, new ByteWriter(side));
    }

    /// <summary>Reads a profile.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that this code wrote; the message says why.</exception>
    public static CustomerProfile Read(CustomerKey customer, CustomerRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var profile = new CustomerProfile(customer) { Applied = record.Applied, IsTombstone = record.IsTombstone };
        if (record.Row.Length > 0)
        {
            var reader = new ByteReader(record.Row);
            RowCodec.Read(profile, ref reader);
            if (!reader.IsAtEnd) throw new InvalidDataException("there are bytes after the end of the row");
        }

        if (record.Side.Length > 0)
        {
            var reader = new ByteReader(record.Side);
            SideCodec.Read(profile, ref reader);
            if (!reader.IsAtEnd) throw new InvalidDataException("there are bytes after the end of the side record");
        }

        return profile;
    }
}
