namespace Personalization.Storage.Sqlite;

/// <summary>
/// The file <c>state.db</c>: its writer thread and read connections, shared by the partition store, the documents and the names, so
/// that one transaction serves whatever waits.
/// </summary>
/// <remarks>
/// <c>customers</c> is an ordinary (rowid) table with a narrow index by (slot, key): rows of kilobytes make a clustered key's tree deep.
/// Keys carry the slot; <c>partition</c> beside it is what an offline change of the number of partitions rewrites.
/// Journal rows are appended at the file's growing end and found by (customer, last). Outbox rows are few and short-lived, so an erasure looks through those of its
/// partition, and no commit pays for an index by customer.
/// </remarks>
internal sealed class SqliteState : IDisposable
{
    /// <summary>2: customers have a checksum.</summary>
    private const int SchemaVersion = 2;

    private const string Tables = """
        CREATE TABLE IF NOT EXISTS partitions(
            partition INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, nonce INTEGER NOT NULL, generation INTEGER NOT NULL, position INTEGER NOT NULL,
            position_hash INTEGER NOT NULL, highest INTEGER NOT NULL, highest_hash INTEGER NOT NULL, outbox_head INTEGER NOT NULL,
            newest_event_time INTEGER NOT NULL, lost INTEGER NOT NULL, writes INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE IF NOT EXISTS customers(
            id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, slot INTEGER NOT NULL, key TEXT NOT NULL, applied INTEGER NOT NULL, fold INTEGER NOT NULL,
            due INTEGER, tombstone_at INTEGER, data BLOB NOT NULL, side BLOB NOT NULL, checksum INTEGER);
        CREATE UNIQUE INDEX IF NOT EXISTS customers_key ON customers(partition, slot, key);
        CREATE INDEX IF NOT EXISTS customers_due ON customers(partition, due) WHERE due IS NOT NULL;
        CREATE INDEX IF NOT EXISTS customers_tombstones ON customers(partition, tombstone_at) WHERE tombstone_at IS NOT NULL;
        CREATE TABLE IF NOT EXISTS journal(
            id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, customer INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            written_at INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE INDEX IF NOT EXISTS journal_customer ON journal(customer, last);
        CREATE INDEX IF NOT EXISTS journal_written ON journal(partition, written_at);
        CREATE TABLE IF NOT EXISTS outbox(id INTEGER PRIMARY KEY, customer TEXT NOT NULL, kind TEXT NOT NULL, bytes BLOB NOT NULL);
        DROP INDEX IF EXISTS outbox_customer;
        CREATE TABLE IF NOT EXISTS consumers(
            partition INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(partition, name)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS dead_letters(
            id INTEGER PRIMARY KEY, log_time INTEGER NOT NULL, customer TEXT, reason TEXT NOT NULL, bytes BLOB NOT NULL, state INTEGER NOT NULL);
        CREATE INDEX IF NOT EXISTS dead_letters_customer ON dead_letters(customer) WHERE customer IS NOT NULL;
        CREATE TABLE IF NOT EXISTS parks(
            partition INTEGER NOT NULL, customer TEXT NOT NULL, start INTEGER NOT NULL, PRIMARY KEY(partition, customer)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS counters(
            partition INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY(partition, name)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS documents(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, bytes BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS names(hash INTEGER PRIMARY KEY, name TEXT NOT NULL);
        """;

    private const string ToVersion2 = "ALTER TABLE customers ADD COLUMN checksum INTEGER; ALTER TABLE partitions ADD COLUMN writes INTEGER NOT NULL DEFAULT 0";

    private readonly long[] _outboxHeads;

    /// <summary>Opens the file, making it if it is missing.</summary>
    /// <exception cref="InvalidOperationException">The file is of a newer schema, or was made for another number of partitions.</exception>
    public SqliteState(string path, int partitions)
    {
        Writer = new SqliteWriter(SqliteSchema.Open(path, SchemaVersion, Tables, partitions, ToVersion2), "state writer");
        Readers = new SqliteReaders(path);
        _outboxHeads = new long[partitions];
        Array.Fill(_outboxHeads, -1);
    }

    public SqliteWriter Writer { get; }

    public SqliteReaders Readers { get; }

    /// <summary>The highest outbox number of a partition that is known to be stored; −1 before its first commit since the file was opened.</summary>
    public long OutboxHead(int partition) => Volatile.Read(ref _outboxHeads[partition]);

    /// <summary>A commit is durable; calls may come in any order.</summary>
    public void OutboxReached(int partition, long head)
    {
        ref var known = ref _outboxHeads[partition];
        for (var seen = Volatile.Read(ref known); seen < head; seen = Volatile.Read(ref known))
        {
            if (Interlocked.CompareExchange(ref known, head, seen) == seen) return;
        }
    }

    /// <summary>Position or outbox number and partition in one integer key.</summary>
    public static long Id(int partition, long number) => ((long)partition << 53) | number;

    /// <summary>The highest key of a partition.</summary>
    public static long Last(int partition) => Id(partition, (1L << 53) - 1);

    /// <summary>The number of such a key.</summary>
    public static long NumberOf(long id) => id & ((1L << 53) - 1);

    public void Dispose()
    {
        Writer.Dispose();
        Readers.Dispose();
    }
}
