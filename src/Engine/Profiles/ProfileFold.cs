using System.Text;
using System.Text.Json;
using Personalization.Algorithms.Recommendation;
using Personalization.Decisions;
using Personalization.Engine.Churn;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Engine.Json;
using Personalization.Engine.Recommendations;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Profiles;

/// <summary>
/// Folds the entries of one customer's log into the profile: pure, deterministic, with no clock, no randomness and no look-up. Entries come in
/// log order; features come out in event-time order, whatever the order of arrival within the lateness.
/// </summary>
/// <remarks>
/// Cost: an event at the end of the tail O(1) and no allocation in the steady state; one that arrives out of order O(facts after it).
/// Holds no state of its own: one instance serves all customers and threads.
/// </remarks>
/// <param name="settings">The settings.</param>
/// <param name="entries">Reads what re-driven entries carry.</param>
public sealed class ProfileFold(FoldSettings settings, EntryCodec entries)
{
    private const int LongestTypeName = 128;
    private const int LinesOnStack = 64;

    /// <summary>The settings.</summary>
    public FoldSettings Settings { get; } = settings;

    /// <summary>
    /// Folds one entry of the profile's customer and sets <see cref="CustomerProfile.Applied"/> to its position, whatever the verdict.
    /// A rejected entry changes nothing else.
    /// </summary>
    public FoldOutcome Apply(CustomerProfile profile, Entry entry, IFoldSink sink)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentNullException.ThrowIfNull(sink);
        var outcome = entry.Payload is Redrive redrive ? FoldRedrive(profile, entry, redrive, sink) : FoldOnce(profile, entry, sink);
        profile.Applied = entry.Position;
        return outcome;
    }

    /// <summary>Passes an entry that cannot be read, so that it never reaches the fold: rejected, with nothing changed but the position.</summary>
    public static FoldOutcome Reject(CustomerProfile profile, long position, string reason)
    {
        ArgumentNullException.ThrowIfNull(profile);
        profile.Applied = position;
        return FoldOutcome.Rejected(reason);
    }

    /// <summary>
    /// Whether what the fold threw is its verdict on the entry: the fold is a pure function, so it throws on this entry each time. The profile may be half changed, and is to
    /// be folded anew without the entry. Only a want of memory is not the entry's doing.
    /// </summary>
    public static bool IsVerdict(Exception fault) => fault is not OutOfMemoryException;

    /// <summary>
    /// After a customer was folded anew from its journal: takes over from the row that an earlier fold made what the journal's entries cannot tell.
    /// </summary>
    internal void Resume(CustomerProfile folded, CustomerProfile stored)
    {
        folded.Applied = stored.Applied;
        folded.ErasedAt = stored.ErasedAt;
        folded.JournalBaseAt = stored.JournalBaseAt;
        folded.Redriven = stored.Redriven;
        folded.Ids.CopyFrom(stored.Ids);

        // What was decided, spent and learned from is a fact, and not a feature of the fold.
        folded.Decisions = stored.Decisions;
        folded.WokenAt = stored.WokenAt;

        ChurnCrossing.Resume(folded, stored);

        // Every session before the one that the earlier base was in is reported. Where the folds draw sessions differently, one that reaches further is reported with its end.
        folded.ReportedUntil = Math.Max(folded.ReportedUntil, stored.ReportedUntil);
        if (stored.Base.Session.Ordinal > 0) folded.ReportedUntil = Math.Max(folded.ReportedUntil, stored.Base.Session.StartedAt - 1);
        SetSessionDue(folded);
    }

    /// <summary>Reads a profile of whatever layout, and finishes what only the settings tell about an earlier one: which day its last purchases are of.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that this code or an earlier one wrote.</exception>
    internal CustomerProfile Read(CustomerKey customer, CustomerRecord record)
    {
        var profile = ProfileCodec.Read(customer, record);
        profile.Purchases.Settle(Settings);
        return profile;
    }

    private FoldOutcome FoldRedrive(CustomerProfile profile, Entry entry, Redrive redrive, IFoldSink sink)
    {
        if (redrive.OriginalPosition <= profile.ErasedAt) return FoldOutcome.NoEffect;
        if (profile.Redriven?.Contains(redrive.OriginalPosition) == true) return FoldOutcome.Duplicate;
        Entry original;
        try
        {
            // A re-drive that was itself set aside may be driven again: its letter holds a re-drive.
            original = entries.Read(new LogEntry(entry.Position, entry.LogTime, redrive.Original));
            while (original.Payload is Redrive inner) original = entries.Read(new LogEntry(entry.Position, entry.LogTime, inner.Original));
        }
        catch (UnreadableEntryException fault)
        {
            return FoldOutcome.Rejected(fault.Message);
        }

        var outcome = FoldOnce(profile, original, sink);
        if (outcome.Verdict == FoldVerdict.Rejected) return outcome;
        profile.Redriven ??= [];
        if (profile.Redriven.Count >= Settings.Redriven) profile.Redriven.RemoveAt(0);
        profile.Redriven.Add(redrive.OriginalPosition);
        return outcome;
    }

    private FoldOutcome FoldOnce(CustomerProfile profile, Entry entry, IFoldSink sink)
    {
        var isKnown = (entry.Envelope.Flags & EntryFlags.ProducerGaveId) != 0;
        var hash = entry.Envelope.ShortEventIdHash;
        profile.Ids.ForgetBefore(entry.LogTime - Settings.RecentIdWindowMs);
        if (isKnown && profile.Ids.Contains(hash)) return profile.IsTombstone ? FoldOutcome.NoEffect : FoldOutcome.Duplicate;

        // Only producers send an id twice; what the engine names itself (consents, erasures, decisions) is taken whatever a producer floods.
        var hasRoom = profile.Ids.Count < Settings.RecentIds;
        if (isKnown && !hasRoom && entry.Payload is CustomerEvent)
            return FoldOutcome.Rejected($"{Settings.RecentIds} event ids of this customer came within {Settings.RecentIdWindow}: no more can be told from repeats; drive it again later");

        var outcome = entry.Payload switch
        {
            CustomerEvent value => FoldEvent(profile, entry, value, sink),
            TraitsChange value => FoldTraits(profile, value),
            ConsentChange value => FoldConsent(profile, entry, value),
            Erasure => FoldErasure(profile, entry, sink),
            WakeUp value => FoldWakeUp(profile, value, sink),
            DecisionMade value => DecisionFold.Make(profile, entry, value, sink),
            RewardGiven value => DecisionFold.Reward(profile, value, TimeOf(profile, entry), sink),
            ClockAdvance => FoldOutcome.NoEffect,
            _ => FoldOutcome.Rejected($"an entry of kind {entry.Envelope.Kind} has no meaning for a profile"),
        };

        if (outcome.Verdict is FoldVerdict.Rejected or FoldVerdict.NoEffect) return outcome;
        if (entry.Payload is not Erasure) profile.IsTombstone = false;
        if (isKnown && hasRoom) profile.Ids.Remember(hash, entry.LogTime);
        return outcome;
    }

    private FoldOutcome FoldEvent(CustomerProfile profile, Entry entry, CustomerEvent value, IFoldSink sink)
    {
        var time = TimeOf(profile, entry);
        if (FactReader.Fault(value, time) is { } fault) return FoldOutcome.Rejected(fault);
        switch (entry.Envelope.Traffic)
        {
            case Traffic.Bot:
                profile.Totals.Bot++;
                return FoldOutcome.Folded;
            case Traffic.Test:
                profile.Totals.Test++;
                return FoldOutcome.Folded;
        }

        var order = value.Type is EventType.Purchase or EventType.Refund ? FactReader.OrderOf(profile, value) : 0;
        if (value.Type == EventType.Purchase && order != 0) return FoldOrder(profile, entry, value, order, time, sink);

        var money = FactReader.Money(value);
        if (value.Type == EventType.Purchase)
        {
            profile.Purchases.TakeOwn(time, value.BaseValue is not null, Settings);
            TellPurchase(profile, sink);
        }
        else if (order != 0 && money != 0)
        {
            profile.Purchases.Refund(order, time, Math.Abs(money), Settings);
        }

        return FoldFacts(profile, entry, value, time, money, [], [], sink);
    }

    /// <summary>
    /// A purchase that names its order. Lines that are known add nothing, neither money nor a feature; an event of such lines alone is a repeat of its order and
    /// changes nothing at all. Of equal lines the earliest one in event time is the one that features know, so a telling that turns out to be earlier takes its place.
    /// </summary>
    private FoldOutcome FoldOrder(CustomerProfile profile, Entry entry, CustomerEvent value, ulong order, long time, IFoldSink sink)
    {
        var count = OrderLineKey.CountOf(value);
        Span<OrderLineKey> lines = count <= LinesOnStack ? stackalloc OrderLineKey[count] : new OrderLineKey[count];
        Span<bool> isNew = count <= LinesOnStack ? stackalloc bool[count] : new bool[count];
        Span<int> own = count <= LinesOnStack ? stackalloc int[count] : new int[count];
        OrderLineKey.Read(profile, value, lines);
        var hasChanged = profile.Purchases.Tell(order, time, lines, isNew, Settings);
        if (hasChanged) TellPurchase(profile, sink);
        var isLate = IsLate(profile, entry, time);
        var (owned, money) = (0, 0m);
        for (var i = 0; i < count; i++)
        {
            if (!isNew[i] && (isLate || !TakesPlace(profile, entry, OrderLineKey.FactKey(order, lines[i].Key), time))) continue;
            own[owned++] = i;
            if (isNew[i]) money += lines[i].Money ?? 0;
        }

        if (owned == 0) return hasChanged ? FoldOutcome.Late : FoldOutcome.Duplicate;
        for (var i = 0; i < count; i++) lines[i] = lines[i] with { Key = OrderLineKey.FactKey(order, lines[i].Key) };
        return FoldFacts(profile, entry, value, time, money, own[..owned], lines, sink);
    }

    /// <summary>Whether an event comes before the one whose fact of a line is in the tail: that fact leaves, and with the last of its facts the event.</summary>
    private static bool TakesPlace(CustomerProfile profile, Entry entry, ulong line, long time)
    {
        var at = profile.Tail.IndexOfLine(line);
        if (at < 0) return false;
        ref readonly var known = ref profile.Tail.Facts[at];
        var mine = new Fact { Time = time, IdHash = entry.Envelope.ShortEventIdHash, Position = entry.Position, Part = known.Part };
        if (Fact.Compare(mine, known) > 0) return false;
        if (profile.Tail.RemovePart(at)) profile.Totals.ByType[(int)EventType.Purchase]--;
        profile.DropLive();
        return true;
    }

    /// <summary>Counts an event and folds its features.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="value">Its event.</param>
    /// <param name="time">Event time.</param>
    /// <param name="money">What it adds to the sums.</param>
    /// <param name="own">Which of its lines features take; empty = all of them.</param>
    /// <param name="lines">What marks the facts of its lines; empty where the event is of no order.</param>
    /// <param name="sink">The sink.</param>
    private FoldOutcome FoldFacts(
        CustomerProfile profile, Entry entry, CustomerEvent value, long time, decimal money, ReadOnlySpan<int> own, ReadOnlySpan<OrderLineKey> lines, IFoldSink sink)
    {
        DecisionFold.Attribute(profile, value, time, sink);
        profile.Totals.Add(value.Type, money);
        if (value.Type == EventType.Custom) CountCustomType(profile, value.CustomType);
        if (IsLate(profile, entry, time))
        {
            profile.Totals.Late++;
            return FoldOutcome.Late;
        }

        var parts = own.IsEmpty ? FactReader.Parts(value, Settings) : Math.Min(own.Length, Settings.OrderLines);
        for (var part = 0; part < parts; part++)
        {
            var line = own.IsEmpty ? part : own[part];
            var fact = FactReader.Read(profile, entry, value, line, part, time, Settings, sink);
            if (!lines.IsEmpty) fact.Line = lines[line].Key;
            var isLast = profile.Tail.Insert(fact);
            if (isLast) profile.CachedLive?.Fold(fact, Settings);
            else profile.DropLive();
        }

        if (ClickFacts.Shows(value.Type) && !profile.Refuses(ClickFacts.Purpose)) TellClicks(profile, value, time, own, parts, sink);
        DrainTail(profile, sink);
        SetSessionDue(profile);
        return FoldOutcome.Folded;
    }

    private void TellClicks(CustomerProfile profile, CustomerEvent value, long time, ReadOnlySpan<int> own, int parts, IFoldSink sink)
    {
        var session = ClickFacts.SessionOf(profile, time, Settings);
        for (var part = 0; part < parts; part++)
        {
            var item = FactReader.ItemOf(profile, value, own.IsEmpty ? part : own[part]);
            if (item != 0) sink.Click(new Click(session, item, time));
        }
    }

    private static void TellPurchase(CustomerProfile profile, IFoldSink sink)
    {
        if (!profile.Refuses(ClickFacts.Purpose)) sink.Purchased();
    }

    private void CountCustomType(CustomerProfile profile, string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > LongestTypeName) return;
        var types = profile.CustomTypes ??= new SortedList<string, uint>(2, StringComparer.Ordinal);
        if (types.TryGetValue(name, out var count)) types[name] = count + 1;
        else if (types.Count < Settings.CustomTypes) types[name] = 1;
    }

    /// <summary>Older than the lateness, or before what the base holds already (which a bounded tail may fold early).</summary>
    private bool IsLate(CustomerProfile profile, Entry entry, long time)
    {
        if (time < profile.NewestEventTime - Settings.LatenessMs) return true;
        if (time != profile.Base.LastTime) return time < profile.Base.LastTime;
        return entry.Envelope.ShortEventIdHash < profile.Base.LastIdHash;
    }

    /// <summary>Folds into the base what no event within the lateness can precede any longer, and reports the sessions that this closes.</summary>
    private void DrainTail(CustomerProfile profile, IFoldSink sink)
    {
        var horizon = profile.NewestEventTime - Settings.LatenessMs;
        var tail = profile.Tail;
        while (tail.First.Time < horizon || tail.Count > Settings.TailFacts)
        {
            ref readonly var fact = ref tail.First;
            ReportSession(profile, profile.Base, fact, sink);
            profile.Base.Fold(fact, Settings);
            tail.RemoveFirst();
        }
    }

    private void ReportSession(CustomerProfile profile, FeatureState state, in Fact next, IFoldSink sink)
    {
        if (state.Session.LastAt > profile.ReportedUntil && state.EndsSession(next, Settings)) sink.Emit(SessionEnded.Make(profile.Customer.Text, state));
    }

    /// <summary>
    /// Does what is due: reports every session that is not reported yet, tells a churn crossing, closes decisions. A second wake-up of one time changes nothing.
    /// </summary>
    private FoldOutcome FoldWakeUp(CustomerProfile profile, WakeUp value, IFoldSink sink)
    {
        if (profile.IsTombstone) return FoldOutcome.NoEffect;
        if (ChurnCrossing.Fault(value.Churn) is { } fault) return FoldOutcome.Rejected(fault);
        var crossing = ChurnCrossing.DueAt(profile, value);
        if (crossing is null && value.Due <= profile.WokenAt && !(profile.NextWakeUp <= value.Due)) return FoldOutcome.NoEffect;
        if (profile.SessionDue is { } due && due <= value.Due) ReportSessions(profile, sink);
        if (crossing is { } crossed) ChurnCrossing.Tell(profile, value, crossed, sink);
        DecisionFold.CloseDue(profile, value.Due, sink);
        profile.WokenAt = Math.Max(profile.WokenAt, value.Due);
        return FoldOutcome.Folded;
    }

    /// <summary>Reports every session that is not reported yet: those that ended inside the tail, and the newest.</summary>
    private void ReportSessions(CustomerProfile profile, IFoldSink sink)
    {
        var state = profile.Base.Clone();
        foreach (ref readonly var fact in profile.Tail.Facts)
        {
            ReportSession(profile, state, fact, sink);
            state.Fold(fact, Settings);
        }

        sink.Emit(SessionEnded.Make(profile.Customer.Text, state));
        profile.ReportedUntil = state.Session.LastAt;
        profile.SessionDue = null;
    }

    private void SetSessionDue(CustomerProfile profile)
    {
        var end = NewestActivity(profile);
        profile.SessionDue = end > profile.ReportedUntil ? end + Settings.SessionGapMs + Settings.LatenessMs : null;
    }

    private static long NewestActivity(CustomerProfile profile)
    {
        var facts = profile.Tail.Facts;
        for (var i = facts.Length - 1; i >= 0; i--)
        {
            if (EventWeights.IsActivity(facts[i].Type)) return facts[i].Time;
        }

        return profile.Base.Session.LastAt;
    }

    /// <summary>An entry without a time of its own takes the customer's newest event time where that is later.</summary>
    private static long TimeOf(CustomerProfile profile, Entry entry) =>
        (entry.Envelope.Flags & EntryFlags.NoOwnTime) != 0 ? Math.Max(entry.Envelope.EventTime, profile.NewestEventTime) : entry.Envelope.EventTime;

    /// <summary>
    /// What the traits of a change come to: objects are merged into what is there, everything else replaces it. Entries that were accepted before free JSON was checked
    /// come out such that they can be written again.
    /// </summary>
    /// <exception cref="JsonException">A value is no JSON.</exception>
    private static Dictionary<string, string?> MergeTraits(CustomerProfile profile, Dictionary<string, string?> change)
    {
        var merged = new Dictionary<string, string?>(change.Count, StringComparer.Ordinal);
        foreach (var (name, value) in change)
        {
            var text = value is not null && JsonMergePatch.Merges(value) ? JsonMergePatch.Apply(profile.Traits?.GetValueOrDefault(name), JsonHealing.ReplaceHalves(value)) : value;
            merged[JsonHealing.ReplaceHalves(name)] = text is null ? null : JsonHealing.Heal(text) ?? throw new JsonException("it is none");
        }

        return merged;
    }

    private FoldOutcome FoldTraits(CustomerProfile profile, TraitsChange change)
    {
        Dictionary<string, string?> traits;
        try
        {
            traits = MergeTraits(profile, change.Traits);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            return FoldOutcome.Rejected($"a trait must be JSON that names no member twice: {fault.Message}");
        }

        // The bounds are checked on what would come out, before anything is changed.
        var count = profile.Traits?.Count ?? 0;
        var bytes = 0;
        if (profile.Traits is { } all)
        {
            foreach (var (name, value) in all) bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        foreach (var (name, value) in traits)
        {
            if (string.IsNullOrEmpty(name)) return FoldOutcome.Rejected("a trait must have a name");
            if (profile.Traits is { } present && present.TryGetValue(name, out var old))
            {
                count--;
                bytes -= Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(old);
            }

            if (value is null) continue;
            count++;
            bytes += Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        if (count > Settings.Traits) return FoldOutcome.Rejected($"a customer has at most {Settings.Traits} traits");
        if (bytes > Settings.TraitBytes) return FoldOutcome.Rejected($"the traits of a customer have at most {Settings.TraitBytes} bytes");
        foreach (var (name, value) in traits)
        {
            if (value is null) profile.Traits?.Remove(name);
            else (profile.Traits ??= new SortedList<string, string>(4, StringComparer.Ordinal))[name] = value;
        }

        if (profile.Traits?.Count == 0) profile.Traits = null;
        return FoldOutcome.Folded;
    }

    private FoldOutcome FoldConsent(CustomerProfile profile, Entry entry, ConsentChange change)
    {
        if (string.IsNullOrEmpty(change.Purpose)) return FoldOutcome.Rejected("a consent must have a purpose");
        if (Encoding.UTF8.GetByteCount(change.Purpose) > CustomerKey.MaxIdBytes) return FoldOutcome.Rejected("a purpose must be at most 256 bytes of UTF-8");
        Consents.Say(profile, change.Purpose, new Consent(change.Granted, TimeOf(profile, entry)), Settings.Purposes);
        return FoldOutcome.Folded;
    }

    private static FoldOutcome FoldErasure(CustomerProfile profile, Entry entry, IFoldSink sink)
    {
        if (profile.IsTombstone) return FoldOutcome.NoEffect;
        if (profile.Totals.ByType[(int)EventType.Purchase] > 0) sink.Emit(PurchaseFacts.Erased(profile.Customer));
        profile.Erase();
        profile.IsTombstone = true;
        profile.ErasedAt = entry.Position;
        return FoldOutcome.Folded;
    }
}
