using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>What the folds have come to, in <c>state.db</c>: writes here, commits and reads in the other parts.</summary>
internal sealed partial class SqlitePartitionStore(SqliteState state, SqlitePartitionLog log, TimeProvider time) : IPartitionStore
{
    /// <inheritdoc />
    public async ValueTask<PartitionState> Claim(int partition, ulong nonce, long above = 0, CancellationToken cancellation = default) => await Write(
        session =>
        {
            var epoch = ReadTenure(session, partition).Epoch;
            if (epoch.Counter == 0 || epoch.Nonce != nonce)
            {
                session.Prepare("""
                    INSERT INTO partitions(partition, epoch, nonce, generation, position, position_hash, highest, highest_hash, outbox_head, newest_event_time, lost)
                    VALUES(?1, ?2, ?3, 0, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT(partition) DO UPDATE SET epoch = excluded.epoch, nonce = excluded.nonce
                    """).Bind(1, partition).Bind(2, Math.Max(epoch.Counter, above) + 1).Bind(3, nonce).Run();
            }

            return ReadPartition(session, partition);
        },
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<OwnerWriteReply> AdoptGeneration(
        int partition, OwnerFence fence, long position, ulong positionHash, long lost, CancellationToken cancellation = default) => await Write(
        session => OwnerWrite(session, partition, fence, default, () =>
        {
            session.Prepare("""
                UPDATE partitions SET generation = ?2, position = ?3, position_hash = ?4, highest_hash = 0, lost = lost + ?5
                WHERE partition = ?1 AND generation <> ?2
                """).Bind(1, partition).Bind(2, fence.Generation).Bind(3, position).Bind(4, positionHash).Bind(5, lost).Run();
            return true;
        }),
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<OwnerWriteReply> Advance(PositionAdvance advance, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(advance);
        return await Write(
            session => OwnerWrite(session, advance.Partition, advance.Fence, advance.Entry, () =>
            {
                var moved = session.Prepare("""
                    UPDATE partitions SET position = ?2, position_hash = ?3, newest_event_time = max(newest_event_time, ?4),
                        highest_hash = CASE WHEN ?2 > highest THEN ?3 ELSE highest_hash END, highest = max(highest, ?2)
                    WHERE partition = ?1 AND position < ?2
                    """).Bind(1, advance.Partition).Bind(2, advance.Entry.Position).Bind(3, advance.Entry.Hash).Bind(4, advance.NewestEventTime).Run() > 0;
                if (moved)
                {
                    foreach (var letter in advance.Unreadable) Insert(session, advance.Partition, letter);
                }

                return moved;
            }),
            cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask<OwnerWriteReply> Park(int partition, OwnerFence fence, CustomerKey customer, EntryMark from, CancellationToken cancellation = default) => await Write(
        session => OwnerWrite(session, partition, fence, from, () =>
        {
            session.Prepare("INSERT INTO parks(partition, customer, start) VALUES(?1, ?2, ?3) ON CONFLICT(partition, customer) DO UPDATE SET start = min(start, excluded.start)")
                .Bind(1, partition).Bind(2, customer.Text).Bind(3, from.Position).Run();
            session.Prepare("UPDATE partitions SET highest = ?2, highest_hash = 0 WHERE partition = ?1 AND highest < ?2").Bind(1, partition).Bind(2, from.Position).Run();
            return true;
        }),
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<long> RegisterConsumer(int partition, string consumer, CancellationToken cancellation = default) => await Write(
        session =>
        {
            session.Prepare("INSERT OR IGNORE INTO consumers(partition, name, number) VALUES(?1, ?2, coalesce((SELECT outbox_head FROM partitions WHERE partition = ?1), 0))")
                .Bind(1, partition).Bind(2, consumer).Run();
            var select = session.Prepare("SELECT number FROM consumers WHERE partition = ?1 AND name = ?2").Bind(1, partition).Bind(2, consumer);
            var number = select.Step() ? select.Int64(0) : 0;
            select.Reset();
            return number;
        },
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask SaveConsumer(int partition, string consumer, long number, CancellationToken cancellation = default) => await Write(
        session =>
        {
            session.Prepare("""
                UPDATE consumers SET number = max(number, min(?3, coalesce((SELECT outbox_head FROM partitions WHERE partition = ?1), 0)))
                WHERE partition = ?1 AND name = ?2
                """).Bind(1, partition).Bind(2, consumer).Bind(3, number).Run();
            TrimOutbox(session, partition);
            return true;
        },
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask RemoveConsumer(int partition, string consumer, CancellationToken cancellation = default) => await Write(
        session =>
        {
            session.Prepare("DELETE FROM consumers WHERE partition = ?1 AND name = ?2").Bind(1, partition).Bind(2, consumer).Run();
            TrimOutbox(session, partition);
            return true;
        },
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask<bool> SetDeadLetterState(
        int partition, long position, DeadLetterState expected, DeadLetterState next, CancellationToken cancellation = default) => await Write(
        session => (next == DeadLetterState.Discarded
            ? session.Prepare("DELETE FROM dead_letters WHERE id = ?1 AND state = ?2").Bind(1, SqliteState.Id(partition, position)).Bind(2, (long)expected).Run()
            : session.Prepare("UPDATE dead_letters SET state = ?3 WHERE id = ?1 AND state = ?2")
                .Bind(1, SqliteState.Id(partition, position)).Bind(2, (long)expected).Bind(3, (long)next).Run()) > 0,
        cancellation).ConfigureAwait(false);

    /// <inheritdoc />
    public async ValueTask Prune(int partition, long journalBefore, long tombstonesBefore, CancellationToken cancellation = default)
    {
        // In steps, so that commits do not wait for a long deletion.
        while (await Write(session => PruneSome(session, partition, journalBefore, tombstonesBefore), cancellation).ConfigureAwait(false)) { }
    }

    private static bool PruneSome(SqliteSession session, int partition, long journalBefore, long tombstonesBefore)
    {
        const int Step = 2048;
        var segments = session.Prepare("DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE partition = ?1 AND written_at < ?2 LIMIT ?3)")
            .Bind(1, partition).Bind(2, journalBefore).Bind(3, Step).Run();
        session.Prepare("DELETE FROM journal WHERE customer IN (SELECT id FROM customers WHERE partition = ?1 AND tombstone_at < ?2 LIMIT ?3)")
            .Bind(1, partition).Bind(2, tombstonesBefore).Bind(3, Step).Run();
        var tombstones = session.Prepare("DELETE FROM customers WHERE id IN (SELECT id FROM customers WHERE partition = ?1 AND tombstone_at < ?2 LIMIT ?3)")
            .Bind(1, partition).Bind(2, tombstonesBefore).Bind(3, Step).Run();
        return segments == Step || tombstones == Step;
    }

    private static void TrimOutbox(SqliteSession session, int partition) =>
        session.Prepare("DELETE FROM outbox WHERE id >= ?2 AND id <= coalesce(?2 + (SELECT min(number) FROM consumers WHERE partition = ?1), ?3)")
            .Bind(1, partition).Bind(2, SqliteState.Id(partition, 0)).Bind(3, SqliteState.Last(partition)).Run();

    /// <summary>Runs an owner's write and counts it, unless it is refused. The write says whether it wrote anything.</summary>
    private OwnerWriteReply OwnerWrite(SqliteSession session, int partition, OwnerFence fence, EntryMark highest, Func<bool> write)
    {
        var (epoch, writes) = ReadTenure(session, partition);
        var status = CommitRules.Decide(fence, epoch, writes, () => log.Holds(partition, fence.Generation, highest));
        if (status != OwnerWriteStatus.Written || !write()) return new OwnerWriteReply(status, writes);
        session.Prepare("UPDATE partitions SET writes = ?2 WHERE partition = ?1").Bind(1, partition).Bind(2, writes + 1).Run();
        return new OwnerWriteReply(status, writes + 1);
    }

    private static (Epoch Epoch, long Writes) ReadTenure(SqliteSession session, int partition)
    {
        var select = session.Prepare("SELECT epoch, nonce, writes FROM partitions WHERE partition = ?1").Bind(1, partition);
        var tenure = select.Step() ? (new Epoch(select.Int64(0), select.UInt64(1)), select.Int64(2)) : (Epoch.None, 0);
        select.Reset();
        return tenure;
    }

    private static void Insert(SqliteSession session, int partition, DeadLetter letter) =>
        session.Prepare("INSERT OR IGNORE INTO dead_letters(id, log_time, customer, reason, bytes, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")
            .Bind(1, SqliteState.Id(partition, letter.Position)).Bind(2, letter.LogTime).Bind(3, letter.Customer?.Text).Bind(4, letter.Reason)
            .Bind(5, letter.Bytes).Bind(6, (long)letter.State).Run();

    private Task<T> Write<T>(Func<SqliteSession, T> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return state.Writer.Write(work);
    }

    private ValueTask<T> Read<T>(Func<SqliteSession, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(state.Readers.Read(read));
    }
}
