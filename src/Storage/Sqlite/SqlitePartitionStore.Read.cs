using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

internal sealed partial class SqlitePartitionStore
{
    /// <inheritdoc />
    public ValueTask<PartitionState> ReadPartition(int partition, CancellationToken cancellation = default) =>
        Read(session => session.Snapshot(snapshot => ReadPartition(snapshot, partition)), cancellation);

    /// <inheritdoc />
    public ValueTask<CustomerRecord?> ReadCustomer(int partition, CustomerKey customer, CancellationToken cancellation = default) => Read(
        session =>
        {
            var select = session.Prepare("SELECT applied, fold, data, side, tombstone_at, checksum FROM customers WHERE partition = ?1 AND slot = ?2 AND key = ?3")
                .Bind(1, partition).Bind(2, PartitionMap.SlotOf(customer)).Bind(3, customer.Text);
            var record = select.Step()
                ? new CustomerRecord(select.Int64(0), (int)select.Int64(1), select.Blob(2), select.Blob(3), !select.IsNull(4))
                : null;
            if (record is not null && !select.IsNull(5) && select.UInt64(5) != RowChecksum.Of(customer, record)) record = record with { IsDamaged = true };
            select.Reset();
            return record;
        },
        cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<JournalSegment>> ReadJournal(
        int partition, CustomerKey customer, long after, int maxSegments, CancellationToken cancellation = default) => Read<IReadOnlyList<JournalSegment>>(
        session => Rows(
            session.Prepare("""
                SELECT first, last, written_at, bytes FROM journal
                WHERE customer = (SELECT id FROM customers WHERE partition = ?1 AND slot = ?2 AND key = ?3) AND last > ?4 ORDER BY last LIMIT ?5
                """).Bind(1, partition).Bind(2, PartitionMap.SlotOf(customer)).Bind(3, customer.Text).Bind(4, after).Bind(5, maxSegments),
            row => new JournalSegment(row.Int64(0), row.Int64(1), row.Int64(2), row.Blob(3))),
        cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<WakeUpRow>> ReadWakeUps(int partition, long dueAtOrBefore, int max, CancellationToken cancellation = default) => Read<IReadOnlyList<WakeUpRow>>(
        session => Rows(
            session.Prepare("SELECT key, due FROM customers WHERE partition = ?1 AND due <= ?2 ORDER BY due, slot, key LIMIT ?3")
                .Bind(1, partition).Bind(2, dueAtOrBefore).Bind(3, max),
            row => new WakeUpRow(CustomerKey.Parse(row.Text(0)), row.Int64(1))),
        cancellation);

    /// <inheritdoc />
    public ValueTask<OutboxPage> ReadOutbox(int partition, long after, int max, CancellationToken cancellation = default) => state.OutboxHead(partition) == after
        // Consumers look several times a second, and mostly there is nothing.
        ? ValueTask.FromResult(new OutboxPage(after + 1, after, []))
        : Read(session => session.Snapshot(snapshot =>
        {
            var head = Number(snapshot.Prepare("SELECT outbox_head FROM partitions WHERE partition = ?1").Bind(1, partition), 0);
            var end = SqliteState.Id(partition, head);
            var first = Number(
                snapshot.Prepare("SELECT id FROM outbox WHERE id >= ?1 AND id <= ?2 ORDER BY id LIMIT 1").Bind(1, SqliteState.Id(partition, 0)).Bind(2, end),
                SqliteState.Id(partition, head + 1));
            var rows = Rows(
                snapshot.Prepare("SELECT id, customer, kind, bytes FROM outbox WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3")
                    .Bind(1, SqliteState.Id(partition, Math.Max(0, after))).Bind(2, end).Bind(3, max),
                row => new OutboxRow(SqliteState.NumberOf(row.Int64(0)), CustomerKey.Parse(row.Text(1)), new OutboxItem(row.Text(2), row.Blob(3))));
            return new OutboxPage(SqliteState.NumberOf(first), head, rows);
        }),
        cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<string, long>> ReadConsumers(int partition, CancellationToken cancellation = default) =>
        Read<IReadOnlyDictionary<string, long>>(session => Numbers(session.Prepare("SELECT name, number FROM consumers WHERE partition = ?1").Bind(1, partition)), cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<DeadLetter>> ReadDeadLetters(int partition, long after, int max, CancellationToken cancellation = default) => Read<IReadOnlyList<DeadLetter>>(
        session => Rows(
            session.Prepare("SELECT id, log_time, customer, reason, bytes, state FROM dead_letters WHERE id > ?1 AND id <= ?2 ORDER BY id LIMIT ?3")
                .Bind(1, SqliteState.Id(partition, Math.Max(0, after))).Bind(2, SqliteState.Last(partition)).Bind(3, max),
            row => new DeadLetter(
                SqliteState.NumberOf(row.Int64(0)), row.Int64(1), row.IsNull(2) ? null : CustomerKey.Parse(row.Text(2)), row.Text(3), row.Blob(4), (DeadLetterState)row.Int64(5))),
        cancellation);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<CustomerListing>> ListCustomers(int partition, string? after, int max, CancellationToken cancellation = default) => Read<IReadOnlyList<CustomerListing>>(
        session =>
        {
            var slot = after is null ? -1 : PartitionMap.SlotOf(CustomerKey.Parse(after));
            return Rows(
                session.Prepare("""
                    SELECT key, applied FROM customers WHERE partition = ?1 AND (slot, key) > (?2, ?3) AND tombstone_at IS NULL ORDER BY slot, key LIMIT ?4
                    """).Bind(1, partition).Bind(2, slot).Bind(3, after ?? "").Bind(4, max),
                row => new CustomerListing(CustomerKey.Parse(row.Text(0)), row.Int64(1)));
        },
        cancellation);

    private static PartitionState ReadPartition(SqliteSession session, int partition)
    {
        var select = session.Prepare("""
            SELECT epoch, nonce, generation, position, position_hash, highest, highest_hash, outbox_head, newest_event_time, lost, writes FROM partitions WHERE partition = ?1
            """).Bind(1, partition);
        var state = select.Step()
            ? new PartitionState
            {
                Epoch = new Epoch(select.Int64(0), select.UInt64(1)),
                Generation = select.UInt64(2),
                Position = select.Int64(3),
                PositionHash = select.UInt64(4),
                HighestPosition = select.Int64(5),
                HighestHash = select.UInt64(6),
                OutboxHead = select.Int64(7),
                NewestEventTime = select.Int64(8),
                Lost = select.Int64(9),
                Writes = select.Int64(10),
            }
            : new PartitionState();
        select.Reset();
        var parks = new Dictionary<CustomerKey, long>();
        var parked = session.Prepare("SELECT customer, start FROM parks WHERE partition = ?1").Bind(1, partition);
        while (parked.Step()) parks[CustomerKey.Parse(parked.Text(0))] = parked.Int64(1);
        return state with
        {
            Parks = parks,
            Counters = Numbers(session.Prepare("SELECT name, value FROM counters WHERE partition = ?1").Bind(1, partition)),
            DeadLetters = Number(
                session.Prepare("SELECT count(*) FROM dead_letters WHERE id > ?1 AND id <= ?2")
                    .Bind(1, SqliteState.Id(partition, 0)).Bind(2, SqliteState.Last(partition)),
                0),
        };
    }

    private static List<T> Rows<T>(SqliteStatement select, Func<SqliteStatement, T> read)
    {
        var rows = new List<T>();
        while (select.Step()) rows.Add(read(select));
        return rows;
    }

    private static long Number(SqliteStatement select, long otherwise)
    {
        var number = select.Step() ? select.Int64(0) : otherwise;
        select.Reset();
        return number;
    }

    private static Dictionary<string, long> Numbers(SqliteStatement select)
    {
        var numbers = new Dictionary<string, long>();
        while (select.Step()) numbers[select.Text(0)] = select.Int64(1);
        return numbers;
    }
}
