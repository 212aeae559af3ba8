using Microsoft.Data.Sqlite;

namespace Personalization.Load.Baseline;

/// <summary>A state to write: if the stored etag is the expected one (0 = there is no row).</summary>
internal readonly record struct StateWrite(string Key, long Expected, byte[] Data);

/// <summary>The baseline's file and its two statements.</summary>
internal static class StateFile
{
    private const string Schema = """
        PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;
        CREATE TABLE IF NOT EXISTS grain_state(id TEXT PRIMARY KEY, etag INTEGER NOT NULL, data BLOB NOT NULL)
        """;

    /// <summary>Opens the file, with the engine's own settings.</summary>
    public static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        using var setUp = connection.CreateCommand();
        setUp.CommandText = Schema;
        setUp.ExecuteNonQuery();
        return connection;
    }
}

/// <summary>The compare-and-set of a row, prepared once.</summary>
internal sealed class StateStatement : IDisposable
{
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _update;

    public StateStatement(SqliteConnection connection)
    {
        _insert = Prepare(connection, "INSERT INTO grain_state(id, etag, data) VALUES($id, 1, $data) ON CONFLICT(id) DO NOTHING", hasEtag: false);
        _update = Prepare(connection, "UPDATE grain_state SET etag = etag + 1, data = $data WHERE id = $id AND etag = $etag", hasEtag: true);
    }

    /// <summary>Writes; false if the etag is another.</summary>
    public bool Run(in StateWrite write, SqliteTransaction? transaction)
    {
        var command = write.Expected == 0 ? _insert : _update;
        command.Transaction = transaction;
        command.Parameters[0].Value = write.Key;
        command.Parameters[1].Value = write.Data;
        if (write.Expected != 0) command.Parameters[2].Value = write.Expected;
        return command.ExecuteNonQuery() == 1;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _update.Dispose();
    }

    private static SqliteCommand Prepare(SqliteConnection connection, string text, bool hasEtag)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the two literals above come here.
        command.CommandText = text;
#pragma warning restore CA2100
        command.Parameters.Add("$id", SqliteType.Text);
        command.Parameters.Add("$data", SqliteType.Blob);
        if (hasEtag) command.Parameters.Add("$etag", SqliteType.Integer);
        return command;
    }
}
