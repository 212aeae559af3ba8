using Personalization.Stores;

namespace Personalization.Storage.Rules;

/// <summary>What becomes of one customer's part of a chunk; the same for every back end that decides in process.</summary>
internal static class CommitRules
{
    /// <summary>
    /// An equal or newer version first, so that a repeat of a written chunk can never be written twice; but a damaged version may seem newer than what repairs it.
    /// </summary>
    public static CommitOutcome Decide(long stored, CustomerWrite write)
    {
        if (write.Repairs && stored == write.Base && stored != write.Applied) return CommitOutcome.Written;
        return stored >= write.Applied ? CommitOutcome.Already : stored == write.Base ? CommitOutcome.Written : CommitOutcome.Conflict;
    }
}
