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
/// Folds a customer's journal: to bring a row that an older fold wrote to the present one, to heal a row that is damaged, and to prove that a row is what its journal
/// says. Emits nothing, because every fact of these entries was emitted when they were first folded.
/// </summary>
/// <remarks>
/// Starts at the first entry that a journal can be folded from: its very beginning, or the oldest base within retention; behind a segment that cannot be read, at the next
/// base. Cost: one fold per entry after it, and once more for each entry that the fold throws on.
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
    /// <param name="tell">Told of every segment and entry that could not be folded, in a sentence.</param>
    /// <exception cref="InvalidDataException">The row is not readable.</exception>
    public JournalFolded Refold(CustomerKey customer, CustomerRecord record, IEnumerable<JournalSegment> segments, Action<string>? tell = null)
    {
        var stored = fold.Read(customer, record);
        if (record.IsTombstone || Fold(customer, segments, record.Applied, tell) is not { } folded) return new JournalFolded(stored, JournalBasis.Row);
        fold.Resume(folded.Profile, stored);
        return folded;
    }

    /// <summary>Folds a journal up to a position; null if it holds nothing that it could be folded from.</summary>
    /// <param name="customer">The customer.</param>
    /// <param name="segments">Its journal, oldest first.</param>
    /// <param name="upTo">The last position to fold.</param>
    /// <param name="tell">Told of every segment and entry that could not be folded, in a sentence.</param>
    public JournalFolded? Fold(CustomerKey customer, IEnumerable<JournalSegment> segments, long upTo, Action<string>? tell = null)
    {
        ArgumentNullException.ThrowIfNull(segments);
        var stretches = new List<Stretch?>();
        foreach (var segment in segments) stretches.Add(Read(segment, tell));
        HashSet<long> refused = [];
        while (true)
        {
            // What the fold throws on is refused, as it is by a customer: it may have changed half of the profile, so everything is folded once more without it.
            try
            {
                return Fold(customer, stretches, upTo, refused);
            }
            catch (FoldThrewException threw)
            {
                refused.Add(threw.Position);
                tell?.Invoke($"the entry at position {threw.Position} of the journal is left out: the fold failed on it, {threw.InnerException!.Message}");
            }
        }
    }

    private JournalFolded? Fold(CustomerKey customer, List<Stretch?> stretches, long upTo, HashSet<long> refused)
    {
        JournalFolded? folded = null;
        foreach (var stretch in stretches)
        {
            if (stretch is null)
            {
                // Nothing can be folded over a gap; the next base holds what was in it.
                folded = null;
                continue;
            }

            if (folded is null && stretch.Begins) folded = new JournalFolded(new CustomerProfile(customer), JournalBasis.Beginning);
            if (folded is not null) Apply(folded.Profile, stretch.Entries, upTo, refused);
            else if (stretch.Base is { } row && row.Applied <= upTo) folded = new JournalFolded(fold.Read(customer, row), JournalBasis.Base);
        }

        return folded;
    }

    /// <summary>A segment with its entries read; null, and told, if any of it cannot be.</summary>
    private Stretch? Read(JournalSegment segment, Action<string>? tell)
    {
        try
        {
            var content = JournalCodec.ReadWhole(segment);
            var entries = new Entry[content.Entries.Count];
            for (var i = 0; i < entries.Length; i++) entries[i] = codec.Read(content.Entries[i]);
            return new Stretch(entries, content.Begins, content.Base);
        }
        catch (Exception fault) when (fault is InvalidDataException or UnreadableEntryException)
        {
            tell?.Invoke($"the journal's segment of positions {segment.First} to {segment.Last} cannot be read: {fault.Message}");
            return null;
        }
    }

    private void Apply(CustomerProfile profile, Entry[] entries, long upTo, HashSet<long> refused)
    {
        foreach (var entry in entries)
        {
            if (entry.Position <= profile.Applied || entry.Position > upTo) continue;
            if (refused.Contains(entry.Position))
            {
                ProfileFold.Reject(profile, entry.Position, "");
                continue;
            }

            try
            {
                fold.Apply(profile, entry, Silence.Instance);
            }
            catch (Exception fault) when (ProfileFold.IsVerdict(fault))
            {
                throw new FoldThrewException(entry.Position, fault);
            }
        }
    }

    /// <summary>A segment, read.</summary>
    private sealed record Stretch(Entry[] Entries, bool Begins, CustomerRecord? Base);

    private sealed class FoldThrewException(long position, Exception inner) : Exception(inner.Message, inner)
    {
        public long Position { get; } = position;
    }

    private sealed class Silence : IFoldSink
    {
        public static readonly Silence Instance = new();

        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
