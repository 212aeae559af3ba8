using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Storage.Rules;

/// <summary>What becomes of one customer's part of a chunk; the same for every back end that decides in process.</summary>
internal static class CommitRules
{
    /// <summary>Decides whether an owner may write at all.</summary>
    /// <param name="fence">What the owner builds on.</param>
    /// <param name="epoch">The stored tenure.</param>
    /// <param name="writes">The stored count of writes.</param>
    /// <param name="isHeld">Whether the log is in the fence's generation and holds the highest entry of the write; asked last.</param>
    public static OwnerWriteStatus Decide(in OwnerFence fence, Epoch epoch, long writes, Func<bool> isHeld)
    {
        if (fence.Epoch != epoch) return OwnerWriteStatus.StaleEpoch;
        return writes >= fence.Writes && isHeld() ? OwnerWriteStatus.Written : OwnerWriteStatus.WentBack;
    }

    /// <summary>
    /// An equal or newer version first, so that a repeat of a written chunk can never be written twice; but a damaged version may seem newer than what repairs it.
    /// </summary>
    public static CommitOutcome Decide(long stored, CustomerWrite write)
    {
        if (write.Repairs && stored == write.Base && stored != write.Applied) return CommitOutcome.Written;
        return stored >= write.Applied ? CommitOutcome.Already : stored == write.Base ? CommitOutcome.Written : CommitOutcome.Conflict;
    }
}
