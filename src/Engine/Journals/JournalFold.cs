using Personalization.Engine.Profiles;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Journals;

/// <summary>What a journal was folded from.</summary>
public enum JournalBasis
{
    /// <summary>From nothing: the journal begins with the customer's first entry.</summary>
    Beginning,

    /// <summary>From a base that the journal holds; what came before it counts as an earlier fold had it.</summary>
    Base,

    /// <summary>Not at all: the journal holds nothing that it could be folded from, so the row stands as it is.</summary>
    Row,
}

/// <summary>A customer folded from the journal.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Basis">What it was folded from.</param>
public sealed record JournalFolded(CustomerProfile Profile, JournalBasis Basis);

/// <summary>
/// Folds a customer's journal: to bring a row that an older fold wrote to the present one, and to prove that a row is what its journal says. Emits
/// nothing, because every fact of these entries was emitted when they were first folded.
/// </summary>
/// <remarks>
/// Starts at the first entry that a journal can be folded from: its very beginning, or the oldest base within retention. Cost: one fold per entry after it.
/// </remarks>
/// <param name="fold">The fold.</param>
/// <param name="codec">Reads entries.</param>
public sealed class JournalFold(ProfileFold fold, EntryCodec codec)
{
    /// <summary>
    /// Folds a stored customer anew. What the entries cannot tell stays as the row has it: ids that were seen, dead letters that were driven again, and which
    /// sessions were reported, so that none is reported twice.
    /// </summary>
    /// <param name="customer">The customer.</param>
    /// <param name="record">Its row.</param>
    /// <param name="segments">Its journal, oldest first; what lies after the row is left out.</param>
    /// <exception cref="InvalidDataException">Row or journal are not readable.</exception>
    public JournalFolded Refold(CustomerKey customer, CustomerRecord record, IEnumerable<JournalSegment> segments)
    {
        var stored = fold.Read(customer, record);
        if (record.IsTombstone || Fold(customer, segments, record.Applied) is not { } folded) return new JournalFolded(stored, JournalBasis.Row);
        fold.Resume(folded.Profile, stored);
        return folded;
    }

    /// <summary>Folds a journal up to a position; null if it holds nothing that it could be folded from.</summary>
    /// <exception cref="InvalidDataException">The journal is not readable.</exception>
    public JournalFolded? Fold(CustomerKey customer, IEnumerable<JournalSegment> segments, long upTo)
    {
        ArgumentNullException.ThrowIfNull(segments);
        JournalFolded? folded = null;
        foreach (var segment in segments)
        {
            var content = JournalCodec.ReadWhole(segment);
            if (folded is null && content.Begins) folded = new JournalFolded(new CustomerProfile(customer), JournalBasis.Beginning);
            if (folded is not null) Apply(folded.Profile, content.Entries, upTo);
            else if (content.Base is { } row && row.Applied <= upTo) folded = new JournalFolded(fold.Read(customer, row), JournalBasis.Base);
        }

        return folded;
    }

    private void Apply(CustomerProfile profile, IReadOnlyList<LogEntry> entries, long upTo)
    {
        foreach (var entry in entries)
        {
            if (entry.Position <= profile.Applied || entry.Position > upTo) continue;
            try
            {
                fold.Apply(profile, codec.Read(entry), Silence.Instance);
            }
            catch (UnreadableEntryException fault)
            {
                throw new InvalidDataException($"the journal's entry at position {entry.Position} cannot be read: {fault.Message}", fault);
            }
        }
    }

    private sealed class Silence : IFoldSink
    {
        public static readonly Silence Instance = new();

        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
