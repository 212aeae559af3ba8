using Microsoft.Data.Sqlite;

namespace Personalization.Storage.Sqlite;

/// <summary>One open connection with its prepared statements. One thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteStatement> _statements = new(StringComparer.Ordinal);

    /// <summary>Opens a file. A reader's session refuses to write; a writer's makes the file if it is missing.</summary>
    public SqliteSession(string path, bool writes)
    {
        Path = path;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = writes ? SqliteOpenMode.ReadWriteCreate : SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        try
        {
            _connection.Open();
            SQLitePCL.raw.sqlite3_busy_timeout(_connection.Handle, 5000);
            Execute(writes
                ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF"
                : "PRAGMA query_only=1; PRAGMA cache_size=-8192; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY");
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Whether the file is not where it was any more: see <see cref="SqliteFileWatch"/>.</summary>
    /// <param name="hasLog">Whether a write-ahead log must be there.</param>
    public bool IsGone(bool hasLog) => SqliteFileWatch.IsGone(_connection, Path, hasLog);

    /// <summary>The statement of an SQL text, prepared at first use.</summary>
    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = new SqliteStatement(_connection.Handle!, sql);
        return statement;
    }

    /// <summary>A statement that the caller disposes.</summary>
    public SqliteStatement Once(string sql) => new(_connection.Handle!, sql);

    /// <summary>Runs statements that are not kept.</summary>
    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only literals of this project come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Bounds how many pages the file may grow by; null = SQLite's own bound.</summary>
    public void LimitPages(int? more)
    {
        const long Most = 4_294_967_294;
        using var count = Once("PRAGMA page_count");
        count.Step();
        var pages = count.Int64(0);
        count.Reset();
        Execute($"PRAGMA max_page_count={(more is { } few ? pages + few : Most)}");
    }

    /// <summary>Runs reads against one snapshot of the file.</summary>
    public T Snapshot<T>(Func<SqliteSession, T> read)
    {
        Prepare("BEGIN").Run();
        try
        {
            return read(this);
        }
        finally
        {
            Prepare("COMMIT").Run();
        }
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _connection.Dispose();
    }
}
