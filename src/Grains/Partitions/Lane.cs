using Personalization.Customers;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Partitions;

/// <summary>What is owed to one customer, and how far its delivery has come. One <c>Apply</c> is in flight per lane.</summary>
internal sealed class Lane(CustomerKey customer)
{
    private readonly List<TakenEntry> _entries = [];
    private int _delivered;
    private long _floor = ApplyRequest.Unknown;
    private long _gapAt = -1;

    public CustomerKey Customer { get; } = customer;

    /// <summary>The customer's grain, once it was looked up.</summary>
    public ICustomerGrain? Grain { get; set; }

    /// <summary>
    /// Position of the entry before the next one to deliver: the customer must have it, folded or in its row. Unknown while the lane has
    /// neither delivered nor passed any.
    /// </summary>
    public long Previous => _delivered > 0 ? _entries[_delivered - 1].Position : _floor;

    /// <summary>Whether a pump is at work on it.</summary>
    public bool Pumping { get; set; }

    /// <summary>When the customer began to fail to answer; null while it answers.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>When the customer began to fail to hand over what it folded; null while it does.</summary>
    public DateTimeOffset? WithholdingSince { get; set; }

    /// <summary>Whether the customer folded something that is not known to be saved.</summary>
    public bool IsDirty => _delivered > 0;

    public bool IsEmpty => _entries.Count == 0;

    public bool HasUndelivered => _delivered < _entries.Count;

    /// <summary>The lowest entry owed; null if none is.</summary>
    public EntryMark? First => _entries.Count > 0 ? _entries[0].Entry.Mark : null;

    /// <summary>The highest position owed; 0 if none is.</summary>
    public long Last => _entries.Count > 0 ? _entries[^1].Position : 0;

    /// <summary>Takes the customer's next entry.</summary>
    public void Add(TakenEntry entry) => _entries.Add(entry);

    /// <summary>The next entries to deliver.</summary>
    public List<LogEntry> Next(int maxEntries, int maxBytes)
    {
        var batch = new List<LogEntry>(Math.Min(maxEntries, _entries.Count - _delivered));
        var bytes = 0;
        for (var i = _delivered; i < _entries.Count && batch.Count < maxEntries && (bytes == 0 || bytes < maxBytes); i++)
        {
            batch.Add(_entries[i].Entry);
            bytes += _entries[i].Entry.Bytes.Length;
        }

        return batch;
    }

    /// <summary>The customer confirmed everything up to a position.</summary>
    public void Delivered(long position)
    {
        _gapAt = -1;
        while (_delivered < _entries.Count && _entries[_delivered].Position <= position) _delivered++;
        FailingSince = null;
    }

    /// <summary>
    /// The customer has lost what it folded after a position: it is delivered again. What is saved it must have whatever it lost; false if it says the same a second time, although it
    /// was given all that is not saved and has read its row: then the store no longer holds what this tenure saved.
    /// </summary>
    public bool Rewind(long applied)
    {
        var isFirst = _gapAt != applied;
        _gapAt = applied;
        _delivered = 0;
        while (_delivered < _entries.Count && _entries[_delivered].Position <= applied) _delivered++;
        return isFirst;
    }

    /// <summary>Everything up to a position is saved or parked.</summary>
    public void PassUpTo(long position)
    {
        var passed = 0;
        while (passed < _entries.Count && _entries[passed].Position <= position) _entries[passed++].Passed = true;
        if (passed > 0) _floor = _entries[passed - 1].Position;
        _entries.RemoveRange(0, passed);
        _delivered = Math.Max(0, _delivered - passed);
    }

    /// <summary>What is owed after a position.</summary>
    public IReadOnlyList<LogEntry> After(long position)
    {
        var entries = new List<LogEntry>();
        foreach (var taken in _entries)
        {
            if (taken.Position > position) entries.Add(taken.Entry);
        }

        return entries;
    }
}
