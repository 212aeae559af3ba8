using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Partitions;

/// <summary>
/// What the owner owes: every entry from the moment it was taken until its effect is saved. The committed position is the one before the
/// lowest entry that is not; so it never passes an unsaved effect, whichever activation folded it and however often it was lost.
/// </summary>
/// <remarks>Single-threaded: used on the grain's scheduler only. Cost per entry: amortised O(1).</remarks>
internal sealed class Obligations
{
    private readonly Queue<TakenEntry> _taken = new();
    private readonly Dictionary<CustomerKey, Lane> _lanes = [];
    private readonly List<DeadLetter> _unreadable = [];

    public Obligations(long committed, ulong committedHash, long newestEventTime)
    {
        CursorEntry = CommittedEntry = new EntryMark(committed, 0, committedHash);
        NewestEventTime = CommittedEventTime = newestEventTime;
    }

    /// <summary>The highest position taken.</summary>
    public long Cursor => CursorEntry.Position;

    /// <summary>The entry at the cursor.</summary>
    public EntryMark CursorEntry { get; private set; }

    /// <summary>Highest event time taken.</summary>
    public long NewestEventTime { get; private set; }

    /// <summary>The position before the lowest entry that is not passed.</summary>
    public long Committed => CommittedEntry.Position;

    /// <summary>The entry at the committed position.</summary>
    public EntryMark CommittedEntry { get; private set; }

    public long CommittedEventTime { get; private set; }

    /// <summary>Entries taken and not committed.</summary>
    public int Uncommitted => _taken.Count;

    /// <summary>Bytes of the entries taken and not committed.</summary>
    public long UncommittedBytes { get; private set; }

    /// <summary>Log time of the oldest entry that is not committed; null if there is none.</summary>
    public long? OldestLogTime => _taken.TryPeek(out var oldest) ? oldest.Entry.LogTime : null;

    /// <summary>Customers to whom something is owed.</summary>
    public IReadOnlyDictionary<CustomerKey, Lane> Lanes => _lanes;

    /// <summary>Takes a customer's entry, the next of the log.</summary>
    public Lane Take(in LogEntry entry, CustomerKey customer, long eventTime)
    {
        var taken = Enqueue(entry, eventTime);
        if (!_lanes.TryGetValue(customer, out var lane)) _lanes.Add(customer, lane = new Lane(customer));
        lane.Add(taken);
        return lane;
    }

    /// <summary>Takes an entry that belongs to no customer, or whose customer is parked: the position may pass it.</summary>
    public void TakePassed(in LogEntry entry, long eventTime) => Enqueue(entry, eventTime).Passed = true;

    /// <summary>Takes bytes that cannot be read: a dead letter of no customer, written with the position.</summary>
    public void TakeUnreadable(in LogEntry entry, string reason)
    {
        Enqueue(entry, 0).Passed = true;
        _unreadable.Add(new DeadLetter(entry.Position, entry.LogTime, null, reason, entry.Bytes));
    }

    /// <summary>The log continues at another position, because a generation starts there.</summary>
    public void JumpTo(long position)
    {
        CursorEntry = new EntryMark(position - 1, 0, 0);
        if (_taken.Count == 0) Commit(CursorEntry, CommittedEventTime);
    }

    /// <summary>A customer's effects up to a position are saved.</summary>
    public void Saved(Lane lane, long position)
    {
        lane.PassUpTo(position);
        if (lane.IsEmpty) Drop(lane);
        Settle();
    }

    /// <summary>A customer is parked: the position may pass its entries. Answers from which position on.</summary>
    public long? Park(Lane lane)
    {
        var from = lane.First?.Position;
        lane.PassUpTo(long.MaxValue);
        Drop(lane);
        Settle();
        return from;
    }

    /// <summary>Dead letters of no customer up to the committed position; they are gone from here once <see cref="DropUnreadable"/> is called.</summary>
    public IReadOnlyList<DeadLetter> UnreadableUpToCommitted() => [.. _unreadable.Where(letter => letter.Position <= Committed)];

    /// <summary>Forgets unreadable entries that were written.</summary>
    public void DropUnreadable(long upTo) => _unreadable.RemoveAll(letter => letter.Position <= upTo);

    private TakenEntry Enqueue(in LogEntry entry, long eventTime)
    {
        if (entry.Position <= Cursor) throw new InvalidOperationException($"position {entry.Position} was taken already; the cursor is at {Cursor}");
        CursorEntry = entry.Mark;
        NewestEventTime = Math.Max(NewestEventTime, eventTime);
        var taken = new TakenEntry(entry, NewestEventTime);
        _taken.Enqueue(taken);
        UncommittedBytes += entry.Bytes.Length;
        return taken;
    }

    /// <summary>Moves the committed position over what is passed.</summary>
    public void Settle()
    {
        while (_taken.TryPeek(out var oldest) && oldest.Passed)
        {
            _taken.Dequeue();
            UncommittedBytes -= oldest.Entry.Bytes.Length;
            Commit(oldest.Entry.Mark, oldest.NewestEventTime);
        }

        if (_taken.Count == 0 && Cursor > Committed) Commit(CursorEntry, NewestEventTime);
    }

    /// <summary>A call that is answered late may still hold a lane that was dropped; the customer's present one is not its to drop.</summary>
    private void Drop(Lane lane)
    {
        if (_lanes.TryGetValue(lane.Customer, out var present) && ReferenceEquals(present, lane)) _lanes.Remove(lane.Customer);
    }

    private void Commit(in EntryMark entry, long eventTime)
    {
        CommittedEntry = entry;
        CommittedEventTime = eventTime;
    }
}
