using Personalization.Partitions;
using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

internal sealed partial class SqlitePartitionStore
{
    /// <inheritdoc />
    public async ValueTask<CommitReply> Commit(CommitChunk chunk, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(chunk);
        var head = 0L;
        var reply = await Write(session => Commit(session, chunk, out head), cancellation).ConfigureAwait(false);
        state.OutboxReached(chunk.Partition, head);
        return reply;
    }

    private CommitReply Commit(SqliteSession session, CommitChunk chunk, out long outboxHead)
    {
        var head = session.Prepare("SELECT outbox_head, highest, highest_hash, EXISTS(SELECT 1 FROM consumers WHERE partition = ?1) FROM partitions WHERE partition = ?1")
            .Bind(1, chunk.Partition);
        var totals = head.Step() ? new ChunkTotals(head.Int64(0), head.Int64(1), head.UInt64(2), head.Int64(3) != 0) : new ChunkTotals(0, 0, 0, false);
        head.Reset();
        IReadOnlyList<CommitOutcome> outcomes = [];
        var owner = OwnerWrite(session, chunk.Partition, chunk.Fence, chunk.Highest, () =>
        {
            outcomes = Write(session, chunk, totals);
            return true;
        });
        outboxHead = totals.OutboxHead;
        return new CommitReply(owner, outcomes);
    }

    private CommitOutcome[] Write(SqliteSession session, CommitChunk chunk, ChunkTotals totals)
    {
        var outcomes = new CommitOutcome[chunk.Customers.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Write(session, chunk.Partition, chunk.Customers[i], totals);

        session.Prepare("UPDATE partitions SET outbox_head = ?2, highest = ?3, highest_hash = ?4 WHERE partition = ?1")
            .Bind(1, chunk.Partition).Bind(2, totals.OutboxHead).Bind(3, totals.Highest).Bind(4, totals.HighestHash).Run();
        foreach (var (name, change) in totals.Counters)
        {
            session.Prepare("INSERT INTO counters(partition, name, value) VALUES(?1, ?2, ?3) ON CONFLICT(partition, name) DO UPDATE SET value = value + excluded.value")
                .Bind(1, chunk.Partition).Bind(2, name).Bind(3, change).Run();
        }

        return outcomes;
    }

    private CommitOutcome Write(SqliteSession session, int partition, CustomerWrite write, ChunkTotals totals)
    {
        var slot = PartitionMap.SlotOf(write.Customer);
        var select = session.Prepare("SELECT id, applied FROM customers WHERE partition = ?1 AND slot = ?2 AND key = ?3")
            .Bind(1, partition).Bind(2, slot).Bind(3, write.Customer.Text);
        long id = 0, stored = CustomerWrite.NoRow;
        if (select.Step())
        {
            id = select.Int64(0);
            stored = select.Int64(1);
        }

        select.Reset();
        var outcome = CommitRules.Decide(stored, write);
        if (outcome == CommitOutcome.Conflict) return outcome;
        if (write.ClearsPark)
        {
            session.Prepare("DELETE FROM parks WHERE partition = ?1 AND customer = ?2 AND start <= ?3")
                .Bind(1, partition).Bind(2, write.Customer.Text).Bind(3, write.Applied).Run();
        }

        if (outcome == CommitOutcome.Already) return outcome;
        if (write.ErasedAt > 0) Erase(session, partition, id, write);
        id = WriteRow(session, partition, slot, id, write);

        if (write.Journal is { } segment && segment.Last > write.ErasedAt)
        {
            session.Prepare("INSERT INTO journal(partition, customer, first, last, written_at, bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
                .Bind(1, partition).Bind(2, id).Bind(3, segment.First).Bind(4, segment.Last).Bind(5, segment.WrittenAt).Bind(6, segment.Bytes).Run();
        }

        foreach (var item in write.Outbox)
        {
            totals.OutboxHead++;
            if (!totals.HasConsumers) continue;
            session.Prepare("INSERT INTO outbox(id, customer, kind, bytes) VALUES(?1, ?2, ?3, ?4)")
                .Bind(1, SqliteState.Id(partition, totals.OutboxHead)).Bind(2, write.Customer.Text).Bind(3, item.Kind).Bind(4, item.Bytes).Run();
        }

        foreach (var letter in write.DeadLetters)
        {
            if (letter.Position > write.ErasedAt) Insert(session, partition, letter);
        }

        totals.Add(write);
        return CommitOutcome.Written;
    }

    private long WriteRow(SqliteSession session, int partition, int slot, long id, CustomerWrite write)
    {
        var tombstoneAt = write.IsTombstone ? time.GetUtcNow().ToUnixTimeMilliseconds() : default(long?);
        if (id != 0)
        {
            session.Prepare("UPDATE customers SET applied = ?2, fold = ?3, due = ?4, tombstone_at = ?5, data = ?6, side = ?7, checksum = ?8 WHERE id = ?1")
                .Bind(1, id).Bind(2, write.Applied).Bind(3, write.FoldVersion).Bind(4, write.NextWakeUp).Bind(5, tombstoneAt).Bind(6, write.Row).Bind(7, write.Side)
                .Bind(8, RowChecksum.Of(write)).Run();
            return id;
        }

        var insert = session.Prepare("""
            INSERT INTO customers(partition, slot, key, applied, fold, due, tombstone_at, data, side, checksum) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id
            """);
        insert.Bind(1, partition).Bind(2, slot).Bind(3, write.Customer.Text).Bind(4, write.Applied).Bind(5, write.FoldVersion)
            .Bind(6, write.NextWakeUp).Bind(7, tombstoneAt).Bind(8, write.Row).Bind(9, write.Side).Bind(10, RowChecksum.Of(write)).Step();
        id = insert.Int64(0);
        insert.Run();
        return id;
    }

    private static void Erase(SqliteSession session, int partition, long id, CustomerWrite write)
    {
        session.Prepare("DELETE FROM journal WHERE customer = ?1 AND first <= ?2").Bind(1, id).Bind(2, write.ErasedAt).Run();
        session.Prepare("DELETE FROM dead_letters WHERE customer = ?1 AND id >= ?2 AND id <= ?3")
            .Bind(1, write.Customer.Text).Bind(2, SqliteState.Id(partition, 0)).Bind(3, SqliteState.Id(partition, write.ErasedAt)).Run();
        session.Prepare("UPDATE outbox SET bytes = x'' WHERE customer = ?1 AND id >= ?2 AND id <= ?3")
            .Bind(1, write.Customer.Text).Bind(2, SqliteState.Id(partition, 0)).Bind(3, SqliteState.Last(partition)).Run();
    }

    /// <summary>What a chunk changes in its partition's row.</summary>
    private sealed class ChunkTotals(long outboxHead, long highest, ulong highestHash, bool hasConsumers)
    {
        public bool HasConsumers { get; } = hasConsumers;

        public long OutboxHead { get; set; } = outboxHead;

        public long Highest { get; private set; } = highest;

        public ulong HighestHash { get; private set; } = highestHash;

        public Dictionary<string, long> Counters { get; } = [];

        public void Add(CustomerWrite write)
        {
            if (write.Applied > Highest) (Highest, HighestHash) = (write.Applied, write.AppliedHash);
            foreach (var (name, change) in write.Counters) Counters[name] = Counters.GetValueOrDefault(name) + change;
        }
    }
}
