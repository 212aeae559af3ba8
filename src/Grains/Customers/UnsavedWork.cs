using Personalization.Algorithms.Recommendation;
using Personalization.Engine.Churn;
using Personalization.Engine.Profiles;
using Personalization.Engine.Recommendations;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Customers;

/// <summary>
/// What a customer folded since its row was saved: journal entries, facts for the outbox, dead letters and names, each with the position
/// it belongs to. It stays until the commit is acknowledged, so that a commit can be repeated or lost.
/// </summary>
internal sealed class UnsavedWork(NameCache known) : IFoldSink
{
    private readonly List<LogEntry> _journal = [];
    private readonly List<(long Position, OutboxItem Item)> _outbox = [];
    private readonly List<(long Position, Click Click)> _clicks = [];
    private readonly List<(long Position, ulong Hash, string Name)> _names = [];
    private readonly List<DeadLetter> _deadLetters = [];
    private long _position;
    private long _purchasedAt;
    private long _erasedAt;

    /// <summary>Names that entered the profile and are not known to be stored.</summary>
    public IEnumerable<KeyValuePair<ulong, string>> Names => _names.Select(name => KeyValuePair.Create(name.Hash, name.Name));

    /// <summary>The position of an erasure among them; 0 = there is none.</summary>
    public long ErasedAt => _erasedAt;

    /// <summary>The journal entries, oldest first.</summary>
    public IReadOnlyList<LogEntry> Journal => _journal;

    /// <summary>The churn crossing that the present entry told; null if it told none.</summary>
    public ChurnCrossed? Crossing { get; private set; }

    /// <summary>Whether a purchase is among them.</summary>
    public bool HasPurchase => _purchasedAt > 0;

    /// <summary>Whatever the fold now emits belongs to this entry.</summary>
    public void Begin(in LogEntry entry)
    {
        _position = entry.Position;
        Crossing = null;
    }

    public void Crossed(in ChurnCrossed crossing)
    {
        Crossing = crossing;
        Emit(crossing.ToItem());
    }

    public void Purchased() => _purchasedAt = _position;

    public void Emit(OutboxItem item) => _outbox.Add((_position, item));

    public void Click(in Click click) => _clicks.Add((_position, click));

    public void Name(ulong hash, string name)
    {
        // The fold tells every name of every event; most are stored long since.
        if (known.Contains(hash)) return;
        foreach (var unsaved in _names)
        {
            if (unsaved.Hash == hash) return;
        }

        _names.Add((_position, hash, name));
    }

    /// <summary>The entry had an effect: it is history.</summary>
    public void Keep(in LogEntry entry) => _journal.Add(entry);

    /// <summary>The fold rejected the entry.</summary>
    public void SetAside(in LogEntry entry, CustomerKey customer, string reason) =>
        _deadLetters.Add(new DeadLetter(entry.Position, entry.LogTime, customer, reason, entry.Bytes));

    /// <summary>The customer was erased by this entry: what was not yet written of it is not written at all.</summary>
    public void Erase(in LogEntry entry)
    {
        _journal.Clear();
        _deadLetters.Clear();
        _names.Clear();
        _clicks.Clear();
        _purchasedAt = 0;
        for (var i = 0; i < _outbox.Count; i++)
        {
            // What the erasure itself tells is for those who have to forget.
            if (_outbox[i].Position != entry.Position) _outbox[i] = (_outbox[i].Position, _outbox[i].Item with { Bytes = [] });
        }

        _erasedAt = entry.Position;
    }

    /// <summary>Puts what belongs to a write into it.</summary>
    /// <param name="write">The write.</param>
    /// <param name="purchases">The fact of the customer's purchases as of the write; null if there is none.</param>
    /// <param name="segment">Makes the journal's segment.</param>
    public CustomerWrite AddTo(CustomerWrite write, OutboxItem? purchases, Func<CustomerWrite, IReadOnlyList<LogEntry>, JournalSegment> segment) => write with
    {
        Journal = _journal.Count > 0 ? segment(write, _journal) : null,
        Outbox = OutboxItems(purchases),
        DeadLetters = [.. _deadLetters],
        ErasedAt = _erasedAt,
    };

    /// <summary>The facts in order, and behind them one for all clicks and one for all purchases: made of what is unsaved alone, so they are the same each time.</summary>
    private OutboxItem[] OutboxItems(OutboxItem? purchases)
    {
        var items = new OutboxItem[_outbox.Count + (_clicks.Count > 0 ? 1 : 0) + (purchases is null ? 0 : 1)];
        for (var i = 0; i < _outbox.Count; i++) items[i] = _outbox[i].Item;
        if (_clicks.Count > 0) items[_outbox.Count] = ClickFacts.Make(_clicks.ConvertAll(click => click.Click).ToArray());
        if (purchases is not null) items[^1] = purchases;
        return items;
    }

    /// <summary>Everything up to a position is saved.</summary>
    public void Forget(long upTo)
    {
        _journal.RemoveAll(entry => entry.Position <= upTo);
        _outbox.RemoveAll(item => item.Position <= upTo);
        _clicks.RemoveAll(click => click.Position <= upTo);
        foreach (var (position, hash, name) in _names)
        {
            if (position <= upTo) known.Add(hash, name);
        }

        _names.RemoveAll(name => name.Position <= upTo);
        _deadLetters.RemoveAll(letter => letter.Position <= upTo);
        if (_erasedAt <= upTo) _erasedAt = 0;
        if (_purchasedAt <= upTo) _purchasedAt = 0;
        if (_journal.Count == 0) _journal.Capacity = 0;
        if (_outbox.Count == 0) _outbox.Capacity = 0;
        if (_clicks.Count == 0) _clicks.Capacity = 0;
        if (_names.Count == 0) _names.Capacity = 0;
    }
}
