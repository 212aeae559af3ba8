using System.Globalization;
using Personalization.Partitions;
using Personalization.Storage.Rules;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

internal sealed partial class RedisPartitionStore
{
    private static readonly RedisScript s_journal = RedisScript.Load("store_journal");

    /// <inheritdoc />
    public ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) => ReadPartition(partition, first: null, cancellation);

    /// <summary>Reads a partition's state as it is after something else in the same transaction.</summary>
    private async ValueTask<PartitionState> ReadPartition(int partition, Func<ITransaction, Task>? first, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[partition];
        var transaction = _database.CreateTransaction();
        var done = first?.Invoke(transaction) ?? Task.CompletedTask;
        var state = transaction.HashGetAllAsync(keys.State);
        var parks = transaction.HashGetAllAsync(keys.Parks);
        var counters = transaction.HashGetAllAsync(keys.Counters);
        var letters = transaction.HashLengthAsync(keys.Letters);
        if (!await transaction.ExecuteAsync().Answer(_database, cancellation).ConfigureAwait(false)) throw new RedisException("Redis refused to read a partition's state");
        await done.ConfigureAwait(false);
        var fields = (await state.Answer(_database, cancellation).ConfigureAwait(false)).ToDictionary(field => field.Name.ToString(), field => field.Value);
        return new PartitionState
        {
            Epoch = new Epoch(Integer("epoch"), Identity("nonce")),
            Generation = Identity("generation"),
            Position = Integer("position"),
            PositionHash = Identity("positionHash"),
            HighestPosition = Integer("highest"),
            HighestHash = Identity("highestHash"),
            OutboxHead = Integer("outboxHead"),
            NewestEventTime = Integer("newest"),
            Lost = Integer("lost"),
            Writes = Integer("writes"),
            Parks = (await parks.Answer(_database, cancellation).ConfigureAwait(false)).ToDictionary(park => CustomerKey.Parse(park.Name.ToString()), park => (long)park.Value),
            Counters = (await counters.Answer(_database, cancellation).ConfigureAwait(false)).ToDictionary(counter => counter.Name.ToString(), counter => (long)counter.Value),
            DeadLetters = await letters.Answer(_database, cancellation).ConfigureAwait(false),
        };

        long Integer(string name) => fields.TryGetValue(name, out var value) ? (long)value : 0;

        ulong Identity(string name) => fields.TryGetValue(name, out var value) ? RedisLogHead.Hex(value) : 0;
    }

    /// <inheritdoc />
    public async ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var (keys, slot) = (_keys.Partitions[partition], PartitionMap.SlotOf(customer));
        var row = await _database.HashGetAsync(keys.Rows(slot), customer.Text).Answer(_database, cancellation).ConfigureAwait(false);
        if (row.IsNull) return null;
        var record = StoredCustomer.Decode(customer, (byte[])row!);
        if (!record.IsDamaged) return record;
        // The version that commits compare is kept apart, and is whole.
        var version = await _database.HashGetAsync(keys.Versions(slot), customer.Text).Answer(_database, cancellation).ConfigureAwait(false);
        var parts = version.ToString().Split(' ');
        return version.IsNull ? record : record with { Applied = long.Parse(parts[0], CultureInfo.InvariantCulture), IsTombstone = parts[1] == "1" };
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(
        int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default)
    {
        var key = _keys.Partitions[partition].Journal(PartitionMap.SlotOf(customer), customer.Text);
        var segments = (RedisResult[])(await Run(s_journal, [key], [after, maxSegments], cancellation).ConfigureAwait(false))!;
        return [.. segments.Select(segment => StoredRecords.DecodeSegment((byte[])segment!))];
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var due = await _database.SortedSetRangeByScoreWithScoresAsync(
            _keys.Partitions[partition].WakeUps, double.NegativeInfinity, Score(dueAtOrBefore), Exclude.None, Order.Ascending, 0, max).Answer(_database, cancellation).ConfigureAwait(false);
        return [.. due.Select(row => new WakeUpRow(CustomerKey.Parse(PartitionKeys.Split(row.Element.ToString()).Customer), (long)row.Score))];
    }

    /// <inheritdoc />
    public async ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default)
    {
        var keys = _keys.Partitions[partition];
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var bounds = await _database.HashGetAsync(keys.State, ["outboxHead", "outboxFirst"]).Answer(_database, cancellation).ConfigureAwait(false);
            var head = bounds[0].IsNull ? 0 : (long)bounds[0];
            var first = bounds[1].IsNull ? 1 : (long)bounds[1];
            var from = Math.Max(Math.Max(0, after) + 1, first);
            var count = (int)Math.Min(max, head - from + 1);
            if (count <= 0) return new OutboxPage(first, head, []);
            var numbers = new RedisValue[count];
            for (var i = 0; i < count; i++) numbers[i] = Number(from + i);
            var rows = await _database.HashGetAsync(keys.Outbox, numbers).Answer(_database, cancellation).ConfigureAwait(false);

            // Rows were trimmed between the two reads: the answer is that of the later moment.
            if (Array.Exists(rows, row => row.IsNull)) continue;
            return new OutboxPage(first, head, [.. rows.Select((row, i) => StoredRecords.DecodeRow(from + i, (byte[])row!))]);
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var consumers = await _database.HashGetAllAsync(_keys.Partitions[partition].Consumers).Answer(_database, cancellation).ConfigureAwait(false);
        return consumers.ToDictionary(consumer => consumer.Name.ToString(), consumer => (long)consumer.Value);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[partition];
        var letters = new List<DeadLetter>();
        while (true)
        {
            var positions = await _database.SortedSetRangeByScoreAsync(
                keys.LettersOrder, Math.Max(0, after), double.PositiveInfinity, Exclude.Start, Order.Ascending, 0, max - letters.Count).Answer(_database, cancellation).ConfigureAwait(false);
            if (positions.Length == 0) return letters;
            var values = await _database.HashGetAsync(keys.Letters, positions).Answer(_database, cancellation).ConfigureAwait(false);
            for (var i = 0; i < values.Length; i++)
            {
                // One that was discarded between the two reads is not there any more.
                if (!values[i].IsNull) letters.Add(StoredRecords.DecodeLetter((long)positions[i], (byte[])values[i]!));
            }

            if (letters.Count > 0) return letters;
            after = (long)positions[^1];
        }
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var keys = _keys.Partitions[partition];
        var from = after is null ? -1 : PartitionMap.SlotOf(CustomerKey.Parse(after));
        var slots = (await _database.SetMembersAsync(keys.Slots).Answer(_database, cancellation).ConfigureAwait(false)).Select(slot => int.Parse(slot.ToString(), CultureInfo.InvariantCulture));
        var listed = new List<CustomerListing>();
        foreach (var slot in slots.Where(slot => slot >= from).Order())
        {
            var versions = await _database.HashGetAllAsync(keys.Versions(slot)).Answer(_database, cancellation).ConfigureAwait(false);
            foreach (var (key, version) in versions.Select(field => (field.Name.ToString(), field.Value.ToString())).OrderBy(field => field.Item1, Utf8Order.Instance))
            {
                if (slot == from && Utf8Order.Instance.Compare(key, after) <= 0) continue;
                var parts = version.Split(' ');
                if (parts[1] == "1") continue;
                listed.Add(new CustomerListing(CustomerKey.Parse(key), long.Parse(parts[0], CultureInfo.InvariantCulture)));
                if (listed.Count == max) return listed;
            }
        }

        return listed;
    }
}
