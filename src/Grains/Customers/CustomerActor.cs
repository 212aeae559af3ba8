using System.Buffers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Churn;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Grains.Telemetry;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>What every customer of a silo shares.</summary>
/// <param name="Store">Where rows are.</param>
/// <param name="Map">Which partition a customer is in.</param>
/// <param name="Codec">Bytes of entries.</param>
/// <param name="Fold">The fold.</param>
/// <param name="Reader">What readers see.</param>
/// <param name="Names">Names behind hashes.</param>
/// <param name="Time">The wall clock.</param>
/// <param name="Metrics">What operators watch.</param>
/// <param name="Options">Settings.</param>
internal sealed record CustomerServices(
    IPartitionStore Store, PartitionMap Map, EntryCodec Codec, ProfileFold Fold, ProfileReader Reader, NameCache Names, TimeProvider Time, EngineMetrics Metrics, PersonalizationOptions Options)
{
    /// <summary>Folds journals of rows that an older fold wrote.</summary>
    public JournalFold Journals { get; } = new(Fold, Codec);

    /// <summary>Scores churn; by the settings' parameters unless others are given.</summary>
    public ChurnReplica Churn { get; init; } = new(Fold.Settings, Options.Churn);

    /// <summary>Where it is written what became of an entry that the fold failed on, and of a row that is damaged.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Whether a customer may for a while be in memory twice: only silos that disagree about who is a member do that, and one alone agrees with itself.</summary>
    public bool MayBeTwice { get; init; } = true;
}

/// <summary>
/// One customer in memory: the gate through which entries come, the live profile, and what is not saved yet. Knows nothing of Orleans;
/// its grain gives it turns.
/// </summary>
/// <remarks>
/// The rules that make effects exactly once: entries at or below <see cref="Applied"/> are skipped; entries behind a hole are refused
/// (<see cref="ApplyStatus.Gap"/>); the first contact under a new tenure drops the memory and reloads the row, so that nothing an
/// earlier tenure left half done is built upon; what was handed over stays until it is acknowledged.
/// </remarks>
internal sealed partial class CustomerActor(CustomerKey key, CustomerServices services)
{
    // Kept by the thread, as large as the largest customer's: a hand-over awaits nothing.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? rowBuffer;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? sideBuffer;

    private readonly int _partition = services.Map.PartitionOf(key);
    private UnsavedWork _unsaved = new(services.Names);
    private CustomerProfile? _profile;
    private Task? _loading;
    private long _loads;
    private Epoch _epoch;
    private long _saved;
    private (long Time, ulong Hash) _appliedEntry;

    /// <summary>The version of the row as it is stored, which a write builds on: what is saved, unless the row is damaged and says something else.</summary>
    private long _version;
    private CounterSnapshot _savedCounters = CounterSnapshot.Empty;
    private (long Base, long Applied, CounterSnapshot Counters, long JournalBaseAt)? _handedOver;
    private long _journalBaseAt;
    private bool _caughtUp;
    private long _caughtUpAt;

    /// <summary>Entries that the fold threw on, by position, with their hash and what it said: they are set aside when they come again. Kept until that is saved.</summary>
    private readonly Dictionary<long, (ulong Hash, string Reason)> _refused = [];

    /// <summary>The position folded to; 0 before anything was.</summary>
    public long Applied => _profile?.Applied ?? 0;

    /// <summary>The position saved.</summary>
    public long Saved => _saved;

    /// <summary>The tenure that it is under; none before anything was heard of an owner.</summary>
    public Epoch Epoch => _epoch;

    /// <summary>Whether the profile is in memory: whoever awaited something asks again.</summary>
    public bool IsLoaded => _profile is not null;

    /// <summary>Whether it is loaded and there is nothing: no row, no entry ever, nothing to be saved.</summary>
    public bool IsUnknown => _profile is { Applied: 0 } && _saved == CustomerWrite.NoRow;

    /// <summary>Told the short id's hash of every decision that was folded or refused, in the turn that it happens.</summary>
    public Action<ulong>? DecisionFolded { get; set; }

    /// <summary>The live profile.</summary>
    /// <exception cref="InvalidOperationException">It was not loaded.</exception>
    public CustomerProfile Profile => _profile ?? throw new InvalidOperationException($"customer {key} is not loaded");

    /// <summary>
    /// Whether it has everything that its owner had taken when it was loaded: since then a reader need not ask. Believed for
    /// <see cref="OwnerOptions.ReloadAfter"/> where another activation may be given what this one never hears of.
    /// </summary>
    public bool IsCaughtUp => _caughtUp && (!services.MayBeTwice || services.Time.GetElapsedTime(_caughtUpAt) < services.Options.Owner.ReloadAfter);

    /// <summary>Journal entries that are not saved yet.</summary>
    public IReadOnlyList<LogEntry> UnsavedJournal => _unsaved.Journal;

    /// <summary>Names that are not stored yet.</summary>
    public IEnumerable<KeyValuePair<ulong, string>> UnsavedNames => _unsaved.Names;

    /// <summary>Loads the row, once.</summary>
    public async Task Load()
    {
        // A load that was overtaken by another ends without a profile.
        while (_profile is null) await (_loading ??= LoadRow());
    }

    /// <summary>Folds entries. Behind a hole the row is read again, because another activation may have saved what is missing here.</summary>
    public async Task<ApplyReply> Apply(ApplyRequest request, ICollection<ChangedEvent>? changes = null)
    {
        while (true)
        {
            if (!await Enter(request.Epoch, request.Entries)) return new ApplyReply(ApplyStatus.StaleEpoch, Applied, _saved);
            TakeOwnersWord(request.Previous);
            if (request.Previous > Applied)
            {
                await Reload();
                if (!await Enter(request.Epoch, request.Entries)) return new ApplyReply(ApplyStatus.StaleEpoch, Applied, _saved);
            }

            // Where the fold threw, the memory is gone; each further round begins at the row and sets aside one entry more.
            if (Fold(request.Previous, request.Entries, changes) is { } reply) return reply;
        }
    }

    /// <summary>Folds entries; null if the fold threw on one: the memory is dropped, and the entry noted.</summary>
    private ApplyReply? Fold(long previous, IReadOnlyList<LogEntry> entries, ICollection<ChangedEvent>? changes)
    {
        if (previous > Applied) return new ApplyReply(ApplyStatus.Gap, Applied, _saved);
        int folded = 0, duplicates = 0, rejected = 0;
        foreach (var entry in entries)
        {
            if (entry.Position <= Applied) continue;
            switch (FoldOrDrop(entry, changes))
            {
                case null: return null;
                case FoldVerdict.Duplicate: duplicates++; break;
                case FoldVerdict.Rejected: rejected++; break;
                case FoldVerdict.NoEffect: break;
                default: folded++; break;
            }
        }

        var until = Profile.ThrottledUntil(services.Fold.Settings);
        return new ApplyReply(ApplyStatus.Applied, Applied, _saved, folded, duplicates, rejected, until > 0, until);
    }

    /// <summary>
    /// Asks the owner for this customer's entries after a position and folds them. False, and nothing is folded, if the answer comes from a tenure
    /// that is over, or if the memory was dropped meanwhile and now stands before them.
    /// </summary>
    /// <remarks>
    /// The owner answers what it owes. What it owes no longer is in the row, so the row is read after the answer and not before: one that was
    /// read earlier may lack what was saved in between. Row and answer are everything, so what was folded here and is not saved is
    /// dropped too: it is in the answer, unless another activation has saved it.
    /// </remarks>
    /// <param name="ask">Asks the owner.</param>
    /// <param name="changes">Takes what was folded.</param>
    /// <param name="anew">Read the row too, whatever the memory holds: it may lack what another activation was given and has saved.</param>
    public async Task<bool> CatchUp(Func<long, Task<CatchUpReply>> ask, ICollection<ChangedEvent>? changes = null, bool anew = false)
    {
        if (!IsCaughtUp) _caughtUp = false;
        var after = _caughtUp && !anew ? Applied : 0;
        var reply = await ask(after);
        if (!reply.Owned) return false;
        if (reply.Epoch == _epoch && (anew || !_caughtUp)) await Reload();
        while (true)
        {
            if (!await Enter(reply.Epoch, reply.Entries)) return false;
            if (Fold(after, reply.Entries, changes) is not { } folded) continue;
            if (folded.Status != ApplyStatus.Applied) return false;
            break;
        }

        if (!_caughtUp) (_caughtUp, _caughtUpAt) = (true, services.Time.GetTimestamp());
        return true;
    }

    /// <summary>
    /// Comes under an owner's tenure. False: a later one is known. The first contact under a new tenure drops the memory and reloads
    /// the row, because another owner may have committed what this memory does not know.
    /// </summary>
    /// <param name="epoch">The tenure.</param>
    /// <param name="entries">What is to be folded next, where that is known: an erasure among them ends the trouble with a row that cannot be healed.</param>
    private async Task<bool> Enter(Epoch epoch, IReadOnlyList<LogEntry>? entries = null)
    {
        if (epoch < _epoch || (epoch != _epoch && epoch.Counter == _epoch.Counter)) return false;
        _coming = entries;
        if (epoch > _epoch)
        {
            _epoch = epoch;
            await Reload();
        }

        // Another tenure may come while the row is read.
        while (epoch == _epoch && _profile is null) await Load();
        _coming = null;
        return epoch == _epoch;
    }

    /// <summary>Drops the memory and reads the row.</summary>
    private Task Reload()
    {
        Drop();
        _loading = LoadRow();
        return Load();
    }

    private void Drop()
    {
        _profile = null;
        _unsaved = new UnsavedWork(services.Names);
        _handedOver = null;
        _appliedEntry = default;
        _caughtUp = false;
    }

    /// <summary>What is to be saved; null if nothing is.</summary>
    public async Task<CollectReply> Collect(CollectRequest request) => await Enter(request.Epoch)
        ? HandOver(request.Previous, request.Force)
        : new CollectReply(ApplyStatus.StaleEpoch, Applied, _saved, null, []);

    /// <summary>
    /// Hears how a commit ended, and reads the row again unless this memory is known to be what was written: after a conflict, after a version that was
    /// stored before, and when another activation had handed it over.
    /// </summary>
    public async Task Acknowledge(Acknowledgement acknowledgement)
    {
        if (await Enter(acknowledgement.Epoch) && !Concluded(acknowledgement)) await Reload();
    }

    private CollectReply HandOver(long previous, bool force)
    {
        if (previous > Applied) return new CollectReply(ApplyStatus.Gap, Applied, _saved, null, []);
        if (Applied == _saved && !force) return new CollectReply(ApplyStatus.Applied, Applied, _saved, null, []);

        var counters = ProfileCounters.Take(Profile, services.Fold.Settings);
        // A base four times within retention: what is left of the tail is never less than three quarters of it.
        var now = services.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var baseAt = _unsaved.ErasedAt > 0 ? 0 : _journalBaseAt;
        var needsBase = _unsaved.Journal.Count > 0 && now - baseAt >= services.Options.Retention.Journal.TotalMilliseconds / 4;
        Profile.JournalBaseAt = needsBase ? now : baseAt;
        _handedOver = (_version, Applied, counters, Profile.JournalBaseAt);
        var purchases = _unsaved.HasPurchase ? PurchaseFacts.Make(Profile, _savedCounters) : null;
        var wakeAt = services.Churn.Scorer.WakeAt(Profile);
        var (row, side) = (rowBuffer ??= new ArrayBufferWriter<byte>(4096), sideBuffer ??= new ArrayBufferWriter<byte>(4096));
        row.ResetWrittenCount();
        side.ResetWrittenCount();
        ProfileCodec.Write(Profile, row, side);
        var write = _unsaved.AddTo(
            new CustomerWrite
            {
                Customer = key,
                Base = _version,
                Applied = Applied,
                AppliedHash = _appliedEntry.Hash,
                AppliedTime = _appliedEntry.Time,
                FoldVersion = services.Fold.Settings.FoldVersion,
                Row = row.WrittenSpan.ToArray(),
                Side = side.WrittenSpan.ToArray(),
                IsTombstone = Profile.IsTombstone,
                NextWakeUp = wakeAt,
                Repairs = Applied < _version,
                Counters = ProfileCounters.Delta(_savedCounters, counters),
            },
            purchases,
            (write, entries) => JournalCodec.Write(
                entries, now, write.FoldVersion, begins: needsBase && _version == CustomerWrite.NoRow,
                needsBase && _version != CustomerWrite.NoRow ? new CustomerRecord(Applied, write.FoldVersion, write.Row, write.Side, false) : null));
        return new CollectReply(ApplyStatus.Applied, Applied, _saved, write, [.. _unsaved.Names]);
    }

    private bool Concluded(Acknowledgement acknowledgement)
    {
        var applied = acknowledgement.Applied;
        if (acknowledgement.Outcome == CommitOutcome.Conflict) return false;
        if (applied <= _saved) return true;
        if (acknowledgement.Outcome != CommitOutcome.Written || _handedOver is not { } handedOver) return false;
        if (handedOver.Applied != applied || handedOver.Base != acknowledgement.Base) return false;
        _saved = _version = applied;
        _savedCounters = handedOver.Counters;
        _journalBaseAt = handedOver.JournalBaseAt;
        _handedOver = null;
        _unsaved.Forget(applied);
        foreach (var position in _refused.Keys)
        {
            if (position <= applied) _refused.Remove(position);
        }

        return true;
    }

    /// <summary>
    /// Folds an entry; null if the fold threw. That is its verdict on the entry, because it is pure, but it may have changed half of the profile and told half of its facts:
    /// nothing of the memory is believed any longer. The row is read again, what is owed is given again, and this entry is then set aside.
    /// </summary>
    private FoldVerdict? FoldOrDrop(in LogEntry entry, ICollection<ChangedEvent>? changes)
    {
        try
        {
            return FoldOne(entry, changes);
        }
        catch (Exception fault)
        {
            // Whoever watches hears of all of it when it is folded again.
            changes?.Clear();
            // Setting it aside failed too: that is no verdict any more, and trying at once again would never end.
            var wasRefused = IsRefused(entry, out _);
            Drop();
            if (wasRefused || !ProfileFold.IsVerdict(fault)) throw;
            var reason = $"the fold failed on it: {fault.GetType().Name}, {fault.Message}";
            _refused[entry.Position] = (entry.Hash, reason);
            FoldFailed(services.Logger, key.Text, entry.Position, _partition, reason);
            FoldFailedWhere(services.Logger, entry.Position, fault);
            return null;
        }
    }

    private bool IsRefused(in LogEntry entry, out string reason)
    {
        reason = "";
        if (!_refused.TryGetValue(entry.Position, out var refused) || refused.Hash != entry.Hash) return false;
        reason = refused.Reason;
        return true;
    }

    private FoldVerdict FoldOne(in LogEntry entry, ICollection<ChangedEvent>? changes)
    {
        _unsaved.Begin(entry);
        _appliedEntry = (entry.LogTime, entry.Hash);
        if (IsRefused(entry, out var refusal)) return SetAside(entry, refusal);
        Entry read;
        try
        {
            read = services.Codec.Read(entry);
        }
        catch (UnreadableEntryException unreadable)
        {
            return SetAside(entry, unreadable.Message);
        }

        var outcome = services.Fold.Apply(Profile, read, _unsaved);
        services.Metrics.Folded(outcome.Verdict);
        if (read.Envelope.Kind == EntryKind.Decision) DecisionFolded?.Invoke(read.Envelope.ShortEventIdHash);
        switch (outcome.Verdict)
        {
            case FoldVerdict.Rejected:
                _unsaved.SetAside(entry, key, outcome.Reason ?? "rejected");
                break;
            case FoldVerdict.Folded or FoldVerdict.Late when read.Envelope.Kind == EntryKind.Erasure:
                _unsaved.Erase(entry);
                break;
            case FoldVerdict.Folded or FoldVerdict.Late:
                _unsaved.Keep(entry);
                break;
        }

        if (outcome.Verdict is FoldVerdict.Folded or FoldVerdict.Late)
        {
            services.Metrics.Effect(entry.LogTime, services.Time);
            changes?.Add(LiveChanges.Describe(read));
            if (_unsaved.Crossing is { } crossing)
            {
                services.Metrics.ChurnCrossed();
                changes?.Add(LiveChanges.Describe(read, crossing));
            }
        }

        return outcome.Verdict;
    }

    private FoldVerdict SetAside(in LogEntry entry, string reason)
    {
        _unsaved.SetAside(entry, key, reason);
        return ProfileFold.Reject(Profile, entry.Position, reason).Verdict;
    }

    [LoggerMessage(EventId = 3012, Level = LogLevel.Error, Message = "An entry of customer {Customer}, position {Position} of partition {Partition}, is set aside as a dead letter: {Reason}")]
    private static partial void FoldFailed(ILogger logger, string customer, long position, int partition, string reason);

    [LoggerMessage(EventId = 3013, Level = LogLevel.Debug, Message = "Where the fold failed on the entry at position {Position}")]
    private static partial void FoldFailedWhere(ILogger logger, long position, Exception fault);
}
