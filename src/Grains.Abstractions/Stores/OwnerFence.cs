using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Stores;

/// <summary>
/// What an owner's write builds on. Log and store of a partition are lost together or not at all, but an owner that survives in memory knows of more than is left: the store
/// takes its write only where all of this still holds, in the moment of the write.
/// </summary>
/// <param name="Epoch">The owner's tenure.</param>
/// <param name="Generation">The generation of the log that it reads.</param>
/// <param name="Writes">
/// The highest <see cref="PartitionState.Writes"/> that it was answered. A store that has counted fewer lost a write of which the owner believes that it is there, although the log may
/// hold every entry.
/// </param>
public readonly record struct OwnerFence(Epoch Epoch, ulong Generation, long Writes = 0);

/// <summary>How an owner's write ended.</summary>
public enum OwnerWriteStatus : byte
{
    /// <summary>Written, or had been.</summary>
    Written = 0,

    /// <summary>Another tenure began: nothing was written, and the owner stops.</summary>
    StaleEpoch = 1,

    /// <summary>
    /// Nothing was written: the log is in another generation, ends below the highest entry of the write or holds another one there, or the store lost an earlier write of the tenure.
    /// The owner stops and tells the next claim what it knew.
    /// </summary>
    WentBack = 2,
}

/// <summary>The answer to an owner's write.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Writes"><see cref="PartitionState.Writes"/> afterwards.</param>
public readonly record struct OwnerWriteReply(OwnerWriteStatus Status, long Writes);

/// <summary>What a tenure knew when it ended. The next claim is told, so that what was lost is counted and the new generation begins above everything known.</summary>
/// <param name="Epoch">The tenure.</param>
/// <param name="Generation">The generation that it read.</param>
/// <param name="Taken">The last entry that it took.</param>
/// <param name="Writes">The highest count of writes that it was answered.</param>
public sealed record EndedTenure(Epoch Epoch, ulong Generation, EntryMark Taken, long Writes);
