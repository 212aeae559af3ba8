using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// A data directory, opened: <c>log.db</c> and <c>state.db</c> under one lock. Durable when a call returns (WAL, <c>synchronous=FULL</c>); a
/// process killed at any time loses nothing that was answered.
/// </summary>
public sealed class EmbeddedStorage : IStorageHealth, IDisposable
{
    private readonly DirectoryLock _lock;
    private readonly SqlitePartitionLog _log;
    private readonly SqliteState _state;

    /// <summary>Opens the directory, making it and its files if they are missing.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="partitions">The number of partitions; fixed at the first opening.</param>
    /// <param name="time">Stamps log times and tombstones; the system's if null.</param>
    /// <exception cref="InvalidOperationException">
    /// Another engine holds the directory, it cannot be written, a file is damaged, missing or of a newer schema, or it was made for another number of partitions; the message
    /// says which and what to do.
    /// </exception>
    public EmbeddedStorage(string directory, int partitions, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        try
        {
            _lock = DirectoryLock.Take(directory);
            _log = Open(Path.Combine(directory, "log.db"), path => new SqlitePartitionLog(path, partitions, time));
            var state = Path.Combine(directory, "state.db");
            if (!_log.IsNew && new FileInfo(state) is not { Exists: true, Length: > 0 })
                throw new InvalidOperationException($"'{Path.GetFullPath(state)}' is missing or empty, but log.db beside it holds entries: without it profiles, items, actions and models would be lost in silence. Put it back from a back-up, or move log.db away to begin anew.");
            _state = Open(state, path => new SqliteState(path, partitions));
        }
        catch (Exception fault)
        {
            _log?.Dispose();
            _lock?.Dispose();
            if (fault is not InvalidOperationException && SqliteFaults.Opening(fault, directory) is { } sentence) throw new InvalidOperationException(sentence, fault);
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

    /// <inheritdoc />
    public string? Fault => _log.Fault ?? _state.Writer.Fault;

    /// <summary>Lets both files grow by so many pages more, as a disk that is nearly full would; answers what gives them room again. For tests.</summary>
    internal Action LimitPages(int more)
    {
        _log.LimitPages(more);
        _state.Writer.LimitPages(more);
        return () =>
        {
            _log.LimitPages(null);
            _state.Writer.LimitPages(null);
        };
    }

    private static T Open<T>(string path, Func<string, T> open)
    {
        try
        {
            return open(path);
        }
        catch (Exception fault) when (SqliteFaults.Translate(fault, Path.GetFullPath(path)) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>Writes what waits, moves the write-ahead logs into the files, closes them and releases the directory.</summary>
    public void Dispose()
    {
        // The state first: what it still writes is compared with the log.
        _state.Dispose();
        _log.Dispose();
        _lock.Dispose();
    }
}
