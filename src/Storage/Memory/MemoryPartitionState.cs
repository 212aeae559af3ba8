using Personalization.Partitions;
using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Memory;

/// <summary>One partition of <see cref="MemoryPartitionStore"/>. Its callers hold its lock.</summary>
internal sealed class MemoryPartitionState
{
    private readonly Dictionary<CustomerKey, Customer> _customers = [];
    private readonly SortedDictionary<long, OutboxRow> _outbox = [];
    private readonly Dictionary<string, long> _consumers = [];
    private readonly SortedDictionary<long, DeadLetter> _deadLetters = [];
    private readonly Dictionary<CustomerKey, long> _parks = [];
    private readonly Dictionary<string, long> _counters = [];
    private PartitionState _state = new();

    public PartitionState Read() => _state with
    {
        Parks = new Dictionary<CustomerKey, long>(_parks),
        Counters = new Dictionary<string, long>(_counters),
        DeadLetters = _deadLetters.Count,
    };

    public PartitionState Claim(ulong nonce, long above)
    {
        if (_state.Epoch.Counter == 0 || _state.Epoch.Nonce != nonce) _state = _state with { Epoch = new Epoch(Math.Max(_state.Epoch.Counter, above) + 1, nonce) };
        return Read();
    }

    /// <summary>Runs an owner's write and counts it, unless it is refused. The write says whether it wrote anything.</summary>
    public OwnerWriteReply Write(in OwnerFence fence, Func<bool> isHeld, Func<MemoryPartitionState, bool> write)
    {
        var status = CommitRules.Decide(fence, _state.Epoch, _state.Writes, isHeld);
        if (status == OwnerWriteStatus.Written && write(this)) _state = _state with { Writes = _state.Writes + 1 };
        return new OwnerWriteReply(status, _state.Writes);
    }

    public bool AdoptGeneration(ulong generation, long position, ulong positionHash, long lost)
    {
        if (_state.Generation != generation)
            _state = _state with { Generation = generation, Position = position, PositionHash = positionHash, HighestHash = 0, Lost = _state.Lost + lost };
        return true;
    }

    public CustomerRecord? ReadCustomer(CustomerKey key)
    {
        if (!_customers.TryGetValue(key, out var customer)) return null;
        return RowChecksum.Of(key, customer.Record) == customer.Checksum ? customer.Record : customer.Record with { IsDamaged = true };
    }

    public CommitOutcome[] Commit(CommitChunk chunk, long now)
    {
        var outcomes = new CommitOutcome[chunk.Customers.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Write(chunk.Customers[i], now);
        return outcomes;
    }

    public bool Advance(PositionAdvance advance)
    {
        if (advance.Entry.Position <= _state.Position) return false;
        foreach (var letter in advance.Unreadable) _deadLetters.TryAdd(letter.Position, letter);
        Raise(advance.Entry.Position, advance.Entry.Hash);
        _state = _state with
        {
            Position = advance.Entry.Position,
            PositionHash = advance.Entry.Hash,
            NewestEventTime = Math.Max(_state.NewestEventTime, advance.NewestEventTime),
        };
        return true;
    }

    public void Park(CustomerKey customer, long from)
    {
        _parks[customer] = Math.Min(from, _parks.GetValueOrDefault(customer, long.MaxValue));
        Raise(from, 0);
    }

    public IReadOnlyList<JournalSegment> ReadJournal(CustomerKey key, long after, int max) =>
        [.. (_customers.GetValueOrDefault(key)?.Journal ?? []).Where(segment => segment.Last > after).Take(max)];

    public IReadOnlyList<WakeUpRow> ReadWakeUps(long dueAtOrBefore, int max) =>
    [
        .. _customers.Where(pair => pair.Value.Due <= dueAtOrBefore)
            .OrderBy(pair => pair.Value.Due).ThenBy(pair => pair.Key, CustomerOrder.Instance)
            .Take(max).Select(pair => new WakeUpRow(pair.Key, pair.Value.Due!.Value)),
    ];

    public OutboxPage ReadOutbox(long after, int max)
    {
        var first = _outbox.Count > 0 ? _outbox.Keys.First() : _state.OutboxHead + 1;
        return new OutboxPage(first, _state.OutboxHead, [.. _outbox.Values.Where(row => row.Number > after).Take(max)]);
    }

    public long RegisterConsumer(string consumer)
    {
        _consumers.TryAdd(consumer, _state.OutboxHead);
        return _consumers[consumer];
    }

    public bool SaveConsumer(string consumer, long number)
    {
        if (!_consumers.TryGetValue(consumer, out var saved)) return false;
        _consumers[consumer] = Math.Min(Math.Max(saved, number), _state.OutboxHead);
        TrimOutbox();
        return true;
    }

    public bool RemoveConsumer(string consumer)
    {
        var removed = _consumers.Remove(consumer);
        TrimOutbox();
        return removed;
    }

    public IReadOnlyDictionary<string, long> ReadConsumers() => new Dictionary<string, long>(_consumers);

    public IReadOnlyList<DeadLetter> ReadDeadLetters(long after, int max) =>
        [.. _deadLetters.Values.Where(letter => letter.Position > after).Take(max)];

    public bool SetDeadLetterState(long position, DeadLetterState expected, DeadLetterState next)
    {
        if (!_deadLetters.TryGetValue(position, out var letter) || letter.State != expected) return false;
        if (next == DeadLetterState.Discarded) _deadLetters.Remove(position);
        else _deadLetters[position] = letter with { State = next };
        return true;
    }

    public IReadOnlyList<CustomerListing> ListCustomers(string? after, int max)
    {
        var from = after is null ? default(CustomerKey?) : CustomerKey.Parse(after);
        return
        [
            .. _customers.Where(pair => !pair.Value.Record.IsTombstone && (from is null || CustomerOrder.Instance.Compare(pair.Key, from.Value) > 0))
                .OrderBy(pair => pair.Key, CustomerOrder.Instance).Take(max).Select(pair => new CustomerListing(pair.Key, pair.Value.Record.Applied)),
        ];
    }

    public bool Prune(long journalBefore, long tombstonesBefore)
    {
        foreach (var (key, customer) in _customers.ToArray())
        {
            customer.Journal.RemoveAll(segment => segment.WrittenAt < journalBefore);
            if (customer.Record.IsTombstone && customer.TombstoneAt < tombstonesBefore) _customers.Remove(key);
        }

        return true;
    }

    public void Take(MemoryPartitionState other)
    {
        _state = other._state;
        Replace(_customers, other._customers.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Copy())));
        Replace(_outbox, other._outbox);
        Replace(_consumers, other._consumers);
        Replace(_deadLetters, other._deadLetters);
        Replace(_parks, other._parks);
        Replace(_counters, other._counters);

        static void Replace<TKey, TValue>(IDictionary<TKey, TValue> own, IEnumerable<KeyValuePair<TKey, TValue>> others)
        {
            own.Clear();
            foreach (var (key, value) in others) own.Add(key, value);
        }
    }

    private CommitOutcome Write(CustomerWrite write, long now)
    {
        var customer = _customers.GetValueOrDefault(write.Customer);
        var stored = customer?.Record.Applied ?? CustomerWrite.NoRow;
        var outcome = CommitRules.Decide(stored, write);
        if (outcome == CommitOutcome.Conflict) return outcome;
        if (write.ClearsPark && _parks.GetValueOrDefault(write.Customer, long.MaxValue) <= write.Applied) _parks.Remove(write.Customer);
        if (outcome == CommitOutcome.Already) return outcome;

        if (customer is null) _customers[write.Customer] = customer = new Customer();
        if (write.ErasedAt > 0) Erase(write.Customer, customer, write.ErasedAt);
        customer.Record = new CustomerRecord(write.Applied, write.FoldVersion, write.Row, write.Side, write.IsTombstone);
        customer.Checksum = RowChecksum.Of(write);
        customer.Due = write.NextWakeUp;
        customer.TombstoneAt = now;
        if (write.Journal is { } segment && segment.Last > write.ErasedAt) customer.Journal.Add(segment);
        foreach (var item in write.Outbox)
        {
            _state = _state with { OutboxHead = _state.OutboxHead + 1 };
            if (_consumers.Count > 0) _outbox[_state.OutboxHead] = new OutboxRow(_state.OutboxHead, write.Customer, item);
        }

        foreach (var letter in write.DeadLetters)
        {
            if (letter.Position > write.ErasedAt) _deadLetters.TryAdd(letter.Position, letter);
        }

        foreach (var (name, change) in write.Counters) _counters[name] = _counters.GetValueOrDefault(name) + change;
        Raise(write.Applied, write.AppliedHash);
        return CommitOutcome.Written;
    }

    private void Erase(CustomerKey key, Customer customer, long upTo)
    {
        customer.Journal.RemoveAll(segment => segment.First <= upTo);
        foreach (var letter in _deadLetters.Values.Where(letter => letter.Customer == key && letter.Position <= upTo).ToArray()) _deadLetters.Remove(letter.Position);
        foreach (var row in _outbox.Values.Where(row => row.Customer == key).ToArray()) _outbox[row.Number] = row with { Item = row.Item with { Bytes = [] } };
    }

    private void Raise(long position, ulong hash)
    {
        if (position > _state.HighestPosition) _state = _state with { HighestPosition = position, HighestHash = hash };
    }

    private void TrimOutbox()
    {
        var passed = _consumers.Count > 0 ? _consumers.Values.Min() : long.MaxValue;
        foreach (var number in _outbox.Keys.TakeWhile(number => number <= passed).ToArray()) _outbox.Remove(number);
    }

    private sealed class Customer
    {
        public CustomerRecord Record { get; set; } = new(0, 0, [], [], false);

        public ulong Checksum { get; set; }

        public long? Due { get; set; }

        public long TombstoneAt { get; set; }

        public List<JournalSegment> Journal { get; private init; } = [];

        public Customer Copy() => new() { Record = Record, Checksum = Checksum, Due = Due, TombstoneAt = TombstoneAt, Journal = [.. Journal] };
    }
}
