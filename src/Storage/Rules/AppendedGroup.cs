using System.Buffers.Binary;
using Personalization.Log;

namespace Personalization.Storage.Rules;

/// <summary>What a log remembers of a writer: its last group, so that a repeat is answered with the same positions.</summary>
/// <param name="Counter">The group's counter.</param>
/// <param name="First">The position of the first item that was appended; 0 if none was.</param>
/// <param name="Count">The number of items.</param>
/// <param name="Stale">One bit per item, set where the item was refused for its epoch; null if none was.</param>
/// <param name="Highest">The highest position that the writer was ever given in this partition; 0 if none.</param>
/// <param name="UsedAt">When the group was appended, milliseconds since 1970-01-01 UTC.</param>
internal sealed record AppendedGroup(long Counter, long First, int Count, byte[]? Stale, long Highest, long UsedAt)
{
    /// <summary>The answer's positions: dense from <see cref="First"/>, <see cref="AppendReply.StaleEpoch"/> for what was refused.</summary>
    public long[] Positions()
    {
        var positions = new long[Count];
        var next = First;
        for (var i = 0; i < Count; i++)
            positions[i] = Stale is not null && (Stale[i >> 3] & (1 << (i & 7))) != 0 ? AppendReply.StaleEpoch : next++;
        return positions;
    }

    /// <summary>Places the items of a group after a tail.</summary>
    public static AppendedGroup Place(AppendRequest request, in LogHead head, long highestBefore, long now)
    {
        byte[]? stale = null;
        var appended = 0;
        for (var i = 0; i < request.Items.Count; i++)
        {
            if (request.Items[i].Epoch != default && request.Items[i].Epoch < head.Epoch)
            {
                stale ??= new byte[(request.Items.Count + 7) >> 3];
                stale[i >> 3] |= (byte)(1 << (i & 7));
            }
            else
            {
                appended++;
            }
        }

        return new AppendedGroup(
            request.Counter, appended > 0 ? head.Tail + 1 : 0, request.Items.Count, stale, appended > 0 ? head.Tail + appended : highestBefore, now);
    }

    /// <summary>Whether an item was refused for its epoch.</summary>
    public bool IsStale(int item) => Stale is not null && (Stale[item >> 3] & (1 << (item & 7))) != 0;

    /// <summary>Bytes for a store: first i64 · count i32 · bits.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[12 + (Stale?.Length ?? 0)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, First);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Count);
        Stale?.CopyTo(bytes, 12);
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static AppendedGroup Decode(long counter, long highest, long usedAt, ReadOnlySpan<byte> bytes) => new(
        counter,
        BinaryPrimitives.ReadInt64LittleEndian(bytes),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
        bytes.Length > 12 ? bytes[12..].ToArray() : null,
        highest,
        usedAt);
}
