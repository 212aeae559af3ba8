using Microsoft.Extensions.Logging;
using Personalization.Customers;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>Loading: the row as it is stored, folded anew where an older fold wrote it, healed from the journal where it is damaged.</summary>
internal sealed partial class CustomerActor
{
    private const int SegmentsAtOnce = 1000;

    /// <summary>The row was healed, and the version that it was folded to is not known: its owner knows what is saved.</summary>
    private bool _isHealed;

    /// <summary>What is to be folded next, while the row is read for it: to erase a customer no row is needed that can be healed.</summary>
    private IReadOnlyList<LogEntry>? _coming;

    private bool _isToldDamaged;

    private static bool IsErasure(LogEntry entry)
    {
        try
        {
            return EntryCodec.ReadRoute(entry.Bytes).Kind == EntryKind.Erasure;
        }
        catch (UnreadableEntryException)
        {
            return false;
        }
    }

    private async Task LoadRow()
    {
        // Reloads may overlap: only the newest one counts.
        var mine = ++_loads;
        // A load that ended at once would leave its task behind as the one under way.
        await Task.Yield();
        try
        {
            var record = await services.Store.ReadCustomer(_partition, key);
            if (mine != _loads) return;
            var (profile, stored, isHealed) = record is null ? Unhealed(new CustomerProfile(key)) : await Read(record);
            if (mine != _loads) return;
            _profile = profile;
            _isHealed = isHealed;
            _version = record?.Applied ?? CustomerWrite.NoRow;
            _saved = isHealed ? profile.Applied : _version;
            // The partition's sums hold the share of the row as it is stored; what a re-fold made of it comes with the next commit.
            _savedCounters = ProfileCounters.Take(stored, services.Fold.Settings);
            _journalBaseAt = stored.JournalBaseAt;
        }
        finally
        {
            if (mine == _loads) _loading = null;
        }
    }

    private static (CustomerProfile Profile, CustomerProfile Stored, bool IsHealed) Unhealed(CustomerProfile profile) => (profile, profile, false);

    private async Task<(CustomerProfile Profile, CustomerProfile Stored, bool IsHealed)> Read(CustomerRecord record)
    {
        if (record.IsDamaged) return await Heal(record, "its bytes are not those that were written");
        var own = services.Fold.Settings.FoldVersion;
        if (record.FoldVersion > own) throw new NewerFoldException(key, record.FoldVersion, own);
        CustomerProfile stored;
        try
        {
            stored = ProfileCodec.Read(key, record);
        }
        catch (Exception fault) when (ProfileFold.IsVerdict(fault))
        {
            return await Heal(record, fault.Message);
        }

        return record.FoldVersion == own ? Unhealed(stored) : (await Refold(record), stored, false);
    }

    /// <summary>
    /// Folds the journal of a row that an older fold wrote. Nothing is handed over for it: the row follows with the customer's next commit, and until then every
    /// load folds anew.
    /// </summary>
    private async Task<CustomerProfile> Refold(CustomerRecord record)
    {
        var folded = services.Journals.Refold(key, record, await ReadJournal(), Tell);
        services.Metrics.Refolded(folded.Basis);
        return folded.Profile;
    }

    /// <summary>
    /// Folds the journal in place of a row that is damaged. It is served at once, and takes the row's place with the customer's next commit. The row's share in the partition's sums is
    /// not known, so it is taken to be what the journal makes of it.
    /// </summary>
    /// <exception cref="DamagedProfileException">The journal does not hold enough, and nothing comes that would erase the customer.</exception>
    private async Task<(CustomerProfile Profile, CustomerProfile Stored, bool IsHealed)> Heal(CustomerRecord record, string reason)
    {
        var journal = await ReadJournal();
        var healed = services.Journals.Fold(key, journal, long.MaxValue, Tell)?.Profile;
        // Of an erased customer nothing is lost but the ids that recognise repeats.
        if (healed is null && record.IsTombstone && journal.Count == 0) healed = CustomerProfile.Erased(key);
        if (healed is null && _coming?.Any(IsErasure) == true) healed = new CustomerProfile(key);
        services.Metrics.Healed(healed is not null);
        if (healed is null)
        {
            var damaged = new DamagedProfileException(key, reason);
            // It is tried again every few seconds while the customer is parked.
            if (!_isToldDamaged) CannotHeal(services.Logger, key.Text, damaged.Message);
            _isToldDamaged = true;
            throw damaged;
        }

        RowHealed(services.Logger, key.Text, reason, healed.Applied);
        return (healed, healed, true);
    }

    /// <summary>A healed profile has what its journal has, which was written with the row; what followed that, as its owner knows it to be saved, had no effect.</summary>
    private void TakeOwnersWord(long previous)
    {
        if (!_isHealed || previous <= Applied || Applied != _saved) return;
        ProfileFold.Reject(Profile, previous, "");
        _saved = previous;
    }

    private async Task<List<JournalSegment>> ReadJournal()
    {
        var journal = new List<JournalSegment>();
        while (true)
        {
            var segments = await services.Store.ReadJournal(_partition, key, journal.Count == 0 ? 0 : journal[^1].Last, SegmentsAtOnce);
            journal.AddRange(segments);
            if (segments.Count < SegmentsAtOnce) return journal;
        }
    }

    private void Tell(string what) => JournalFault(services.Logger, key.Text, what);

    [LoggerMessage(EventId = 3014, Level = LogLevel.Error, Message = "The stored row of customer {Customer} is damaged ({Reason}); it was folded anew from its journal, up to position {Applied}")]
    private static partial void RowHealed(ILogger logger, string customer, string reason, long applied);

    [LoggerMessage(EventId = 3015, Level = LogLevel.Error, Message = "Customer {Customer} cannot be loaded: {Reason}")]
    private static partial void CannotHeal(ILogger logger, string customer, string reason);

    [LoggerMessage(EventId = 3016, Level = LogLevel.Error, Message = "While customer {Customer} was folded anew: {What}")]
    private static partial void JournalFault(ILogger logger, string customer, string what);
}
