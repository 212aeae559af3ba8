using System.Globalization;

namespace Personalization.Storage.Sqlite;

/// <summary>Makes and checks a file's tables, its schema version and the number of partitions that it was made for.</summary>
internal static class SqliteSchema
{
    /// <summary>Opens a file for writing: makes what is missing, refuses what this code must not touch.</summary>
    /// <param name="path">The file.</param>
    /// <param name="version">The schema version that this code writes.</param>
    /// <param name="tables">The statements that make the tables.</param>
    /// <param name="partitions">The number of partitions asked for.</param>
    /// <param name="upgrades">What brings a file of version 1 to 2, of 2 to 3 and so on.</param>
    /// <exception cref="InvalidOperationException">The file is of a newer version, or was made for another number of partitions.</exception>
    public static SqliteSession Open(string path, int version, string tables, int partitions, params ReadOnlySpan<string> upgrades)
    {
        var session = new SqliteSession(path, writes: true);
        try
        {
            session.Execute("CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID");
            var stored = Read(session, "schema");
            if (stored > version)
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"{path} has schema version {stored}; this program knows versions up to {version}. Start a newer program, or restore a back-up made before the upgrade."));

            if (Read(session, "partitions") is { } made && made != partitions)
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture, $"{path} was made for {made} partitions, but the setting Personalization:Partitions is {partitions}. The number is fixed at the first start: set it to {made}, or start with an empty data directory."));

            session.Execute("BEGIN IMMEDIATE");
            for (var older = stored ?? version; older < version; older++) session.Execute(upgrades[(int)older - 1]);
            session.Execute(tables);
            Write(session, "schema", version);
            Write(session, "partitions", partitions);
            session.Execute("COMMIT");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    private static long? Read(SqliteSession session, string name)
    {
        using var statement = session.Once("SELECT value FROM meta WHERE name = ?1");
        return statement.Bind(1, name).Step() ? statement.Int64(0) : null;
    }

    private static void Write(SqliteSession session, string name, long value)
    {
        using var statement = session.Once("INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)");
        statement.Bind(1, name).Bind(2, value).Run();
    }
}
