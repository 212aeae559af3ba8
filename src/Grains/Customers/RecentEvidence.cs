using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>
/// Event ids behind the positions that recent items cite: looked up in the journal when a reader asks, kept while readers come, so that an
/// activation that is not read holds no texts.
/// </summary>
internal sealed class RecentEvidence(CustomerKey customer, CustomerServices services)
{
    private const int MaxSegments = 10_000;

    /// <summary>How far behind the newest entry an id that the gateway made is looked for: such ids are not among the recent ones.</summary>
    private const int RecentPositions = 10_000;

    private readonly int _partition = services.Map.PartitionOf(customer);
    private readonly Dictionary<long, string> _eventIds = [];
    private (long Time, string? EventId) _purchase;
    private bool _used;

    /// <summary>Finds the ids of the profile's recent items.</summary>
    public Task Fill(CustomerActor actor) => Fill(actor, services.Reader.RecentItemsOf(actor.Profile).Select(item => item.Position));

    /// <summary>Finds the ids of the events at some positions.</summary>
    public async Task Fill(CustomerActor actor, IEnumerable<long> positions)
    {
        _used = true;
        var wanted = positions.Where(position => !_eventIds.ContainsKey(position)).ToHashSet();
        if (wanted.Count == 0) return;
        foreach (var entry in actor.UnsavedJournal)
        {
            if (wanted.Remove(entry.Position)) Remember(entry);
        }

        if (wanted.Count == 0) return;
        foreach (var segment in await services.Store.ReadJournal(_partition, customer, wanted.Min() - 1, MaxSegments))
        {
            foreach (var entry in Read(segment))
            {
                if (wanted.Remove(entry.Position)) Remember(entry);
            }
        }
    }

    /// <summary>Whether an event of this id was folded lately: what is not saved yet is looked through, then the journal's end.</summary>
    public async Task<bool> Holds(string eventId, CustomerActor actor)
    {
        foreach (var entry in actor.UnsavedJournal)
        {
            if (EntryCodec.ReadEnvelope(entry.Bytes).EventId == eventId) return true;
        }

        foreach (var segment in await services.Store.ReadJournal(_partition, customer, Math.Max(0, actor.Saved - RecentPositions), MaxSegments))
        {
            foreach (var entry in Read(segment))
            {
                if (EntryCodec.ReadEnvelope(entry.Bytes).EventId == eventId) return true;
            }
        }

        return false;
    }

    /// <summary>The id of the purchase of an event time; null where the journal no longer holds it. Looked up once a purchase.</summary>
    public async Task<string?> PurchaseAt(long time, CustomerActor actor)
    {
        _used = true;
        if (_purchase.Time == time) return _purchase.EventId;
        string? found = null;
        foreach (var entry in actor.UnsavedJournal)
        {
            if (IsPurchaseAt(entry, time)) found = EntryCodec.ReadEnvelope(entry.Bytes).EventId;
        }

        if (found is null)
        {
            // A purchase of items is among the recent ones most of the time: then the journal need not be read from its beginning.
            var known = services.Reader.RecentItemsOf(actor.Profile).FirstOrDefault(item => item.Type == EventType.Purchase && item.Time == time);
            foreach (var segment in await services.Store.ReadJournal(_partition, customer, Math.Max(0, known.Position - 1), MaxSegments))
            {
                foreach (var entry in Read(segment))
                {
                    if (IsPurchaseAt(entry, time)) found = EntryCodec.ReadEnvelope(entry.Bytes).EventId;
                }
            }
        }

        _purchase = (time, found);
        return found;
    }

    /// <summary>The event at a position; null where the journal no longer holds it.</summary>
    public string? EventIdOf(long position) => _eventIds.GetValueOrDefault(position);

    /// <summary>Whether a reader came since the last question.</summary>
    public bool WasUsed()
    {
        var used = _used;
        _used = false;
        return used;
    }

    /// <summary>What is in a segment. One that is damaged cites nothing, and is told where the profile is folded anew; the profile that asks is whole without it.</summary>
    private static IReadOnlyList<LogEntry> Read(JournalSegment segment)
    {
        try
        {
            return JournalCodec.Read(segment);
        }
        catch (InvalidDataException)
        {
            return [];
        }
    }

    private bool IsPurchaseAt(in LogEntry entry, long time)
    {
        var (kind, _, eventTime) = EntryCodec.ReadRoute(entry.Bytes);
        return kind == EntryKind.Event && eventTime == time && services.Codec.Read(entry) is { Payload: CustomerEvent { Type: EventType.Purchase }, Envelope.Traffic: Traffic.Human };
    }

    private void Remember(in LogEntry entry) => _eventIds[entry.Position] = EntryCodec.ReadEnvelope(entry.Bytes).EventId;
}
