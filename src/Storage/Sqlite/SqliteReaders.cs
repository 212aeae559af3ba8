using System.Collections.Concurrent;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>Read connections, kept and handed out one caller at a time. Readers see the last committed transaction and never wait for the writer.</summary>
internal sealed class SqliteReaders(string path) : IDisposable
{
    private readonly ConcurrentBag<SqliteSession> _free = [];
    private readonly Lock _gate = new();
    private bool _closed;

    /// <summary>Runs a read on a connection of its own.</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    /// <exception cref="StoreUnavailableException">The file cannot be read.</exception>
    public T Read<T>(Func<SqliteSession, T> read)
    {
        lock (_gate) ObjectDisposedException.ThrowIf(_closed, this);
        SqliteSession? session = null;
        try
        {
            if (!_free.TryTake(out session)) session = new SqliteSession(path, writes: false);
            var answer = read(session);
            Return(session, healthy: true);
            return answer;
        }
        catch (Exception fault)
        {
            // A statement may be half stepped: the connection goes, the next reader opens another.
            if (session is not null) Return(session, healthy: false);
            if (SqliteFaults.Translate(fault, Path.GetFileName(path)) is { } unavailable) throw unavailable;
            throw;
        }
    }

    public void Dispose()
    {
        lock (_gate) _closed = true;
        while (_free.TryTake(out var session)) session.Dispose();
    }

    private void Return(SqliteSession session, bool healthy)
    {
        lock (_gate)
        {
            if (healthy && !_closed)
            {
                _free.Add(session);
                return;
            }
        }

        session.Dispose();
    }
}
