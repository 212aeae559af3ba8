using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// Notices that the files of a connection are no longer where they were: deleted, moved away, or others in their place. What is written then is gone with the process, although
/// every write succeeds. Cost: two looks at the directory.
/// </summary>
internal static class SqliteFileWatch
{
    private const int HasMoved = 20;

    /// <summary>Whether the file that is open is not the file of its name any more.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="path">The file.</param>
    /// <param name="hasLog">Whether a write-ahead log must be there: after a write it is.</param>
    public static bool IsGone(SqliteConnection connection, string path, bool hasLog) =>
        (sqlite3_file_control(connection.Handle!, 0, HasMoved, out var moved) == raw.SQLITE_OK && moved != 0) || (hasLog && !File.Exists(path + "-wal"));

#pragma warning disable SYSLIB1054 // The generated form wants unsafe code; these arguments need no conversion.
    [DllImport("e_sqlite3", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_file_control(sqlite3 connection, nint database, int operation, out int answer);
#pragma warning restore SYSLIB1054
}
