using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// A data directory, opened: <c>log.db</c> and <c>state.db</c> under one lock. Durable when a call returns (WAL, <c>synchronous=FULL</c>); a
/// process killed at any time loses nothing that was answered.
/// </summary>
public sealed class EmbeddedStorage : IDisposable
{
    private readonly DirectoryLock _lock;
    private readonly SqlitePartitionLog _log;
    private readonly SqliteState _state;

    /// <summary>Opens the directory, making it and its files if they are missing.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="partitions">The number of partitions; fixed at the first opening.</param>
    /// <param name="time">Stamps log times and tombstones; the system's if null.</param>
    /// <exception cref="InvalidOperationException">
    /// Another engine holds the directory, a file is of a newer schema, or it was made for another number of partitions; the message says which and what to do.
    /// </exception>
    public EmbeddedStorage(string directory, int partitions, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        _lock = DirectoryLock.Take(directory);
        try
        {
            _log = new SqlitePartitionLog(Path.Combine(directory, "log.db"), partitions, time);
            _state = new SqliteState(Path.Combine(directory, "state.db"), partitions);
        }
        catch
        {
            _log?.Dispose();
            _lock.Dispose();
            throw;
        }

        Store = new SqlitePartitionStore(_state, _log, time ?? TimeProvider.System);
        Documents = new SqliteDocumentStore(_state);
        Names = new SqliteNameStore(_state);
    }

    /// <summary>The log.</summary>
    public IPartitionLog Log => _log;

    /// <summary>What the folds have come to.</summary>
    public IPartitionStore Store { get; }

    /// <summary>Documents.</summary>
    public IDocumentStore Documents { get; }

    /// <summary>Names behind hashes.</summary>
    public INameStore Names { get; }

    /// <summary>Writes what waits, moves the write-ahead logs into the files, closes them and releases the directory.</summary>
    public void Dispose()
    {
        // The state first: what it still writes is compared with the log.
        _state.Dispose();
        _log.Dispose();
        _lock.Dispose();
    }
}
