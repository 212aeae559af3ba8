using Microsoft.Data.Sqlite;
using Personalization.Stores;
using SQLitePCL;

namespace Personalization.Storage.Sqlite;

/// <summary>What SQLite's and the operating system's errors mean to whoever runs the engine, in sentences.</summary>
internal static class SqliteFaults
{
    /// <summary>A fault of the disk or of the file, in a sentence; null for any other fault.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="file">What the file is called there: callers and readiness are told its name, and only whoever starts the engine its path.</param>
    public static StoreUnavailableException? Translate(Exception fault, string file) => fault switch
    {
        StoreUnavailableException known => known,
        SqliteException sqlite when Sentence(sqlite, file) is { } sentence => new StoreUnavailableException(sentence, sqlite),
        _ => null,
    };

    /// <summary>What keeps a data directory from being opened, in a sentence; null for a fault that is not the directory's.</summary>
    public static string? Opening(Exception fault, string directory) => fault switch
    {
        InvalidOperationException known => known.Message,
        StoreUnavailableException known => known.Message,
        UnauthorizedAccessException or IOException => $"The data directory '{Path.GetFullPath(directory)}' cannot be used: {fault.Message.TrimEnd('.')}. The engine must be able to read and write it; see Personalization:DataDirectory.",
        _ => null,
    };

    private static string? Sentence(SqliteException fault, string file) => fault.SqliteErrorCode switch
    {
        raw.SQLITE_FULL => $"the disk of {file} is full: nothing is stored until there is room; the engine goes on by itself then",
        raw.SQLITE_READONLY => $"{file} cannot be written: the disk is read-only, or the permissions do not allow it",
        raw.SQLITE_CANTOPEN => $"{file} cannot be opened: it is missing, the permissions do not allow it, or the process has too many files open ('ulimit -n')",
        raw.SQLITE_IOERR => $"{file} cannot be read or written: the disk reports an error (SQLite {fault.SqliteExtendedErrorCode}), or is full",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            $"{file} is damaged: {(fault.SqliteErrorCode == raw.SQLITE_NOTADB ? "it is no database" : "its pages are not what was written")}. Stop the engine and put a back-up in its place; docs/operations.md says how",
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"{file} is locked by another program",
        _ => null,
    };
}
