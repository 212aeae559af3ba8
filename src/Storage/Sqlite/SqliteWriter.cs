using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>
/// The one thread that writes a file. Whatever waits when it comes round goes into one transaction, so one fsync serves all
/// partitions (group commit); nothing waits for a timer.
/// </summary>
/// <remarks>
/// A disk that is full and a file that is gone are told in <see cref="Fault"/>, and fail what waits with the same sentence. While one is, a small write is tried every second, so that the
/// end of it is noticed although nobody writes.
/// </remarks>
internal sealed class SqliteWriter : IStorageHealth, IDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    /// <summary>At most so many works in a transaction: bounds how long a single one waits for the others.</summary>
    private const int MaxBatch = 4096;

    private readonly Lock _gate = new();
    // Waits in the kernel at once: a wait that spins first takes a tenth of two cores from whoever has work.
    private readonly AutoResetEvent _arrived = new(false);
    private readonly SqliteSession _session;
    private readonly string _file;
    private readonly ISqliteBatch? _batch;
    private readonly Thread _thread;
    private List<SqliteWork> _waiting = [];
    private List<SqliteWork> _taken = [];
    private bool _closed;
    private volatile string? _fault;
    private PageLimit? _limit;

    /// <summary>Takes over a session (disposed with the writer) and starts the thread.</summary>
    public SqliteWriter(SqliteSession session, string name, ISqliteBatch? batch = null)
    {
        _session = session;
        _file = Path.GetFileName(session.Path);
        _batch = batch;
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <inheritdoc />
    public string? Fault => _fault;

    /// <summary>Runs a work in the next transaction; durable when the task ends.</summary>
    /// <exception cref="StoreUnavailableException">The disk or the file does not take it.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed: nothing was written.</exception>
    public Task<T> Write<T>(Func<SqliteSession, T> work, bool guarded = true)
    {
        var item = new SqliteWork<T>(work, guarded);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _waiting.Add(item);
            if (_waiting.Count == 1) _arrived.Set();
        }

        return item.Task;
    }

    /// <summary>Writes what waits, moves the write-ahead log into the file, closes it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            _arrived.Set();
        }

        _thread.Join();
        try
        {
            _session.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // There is no room for it, or no file any more. What is in the write-ahead log stays there for the next start.
        }
        finally
        {
            _session.Dispose();
            _arrived.Dispose();
        }
    }

    private void Loop()
    {
        while (true)
        {
            if (!_arrived.WaitOne(_fault is null ? Timeout.InfiniteTimeSpan : ProbeInterval)) Transact([new SqliteWork<bool>(Probe, guarded: false)]);
            while (Take())
            {
                for (var start = 0; start < _taken.Count; start += MaxBatch)
                    Transact(_taken.GetRange(start, Math.Min(MaxBatch, _taken.Count - start)));
                _taken.Clear();
            }

            lock (_gate)
            {
                if (_closed && _waiting.Count == 0) return;
            }
        }
    }

    private bool Take()
    {
        lock (_gate)
        {
            (_waiting, _taken) = (_taken, _waiting);
            return _taken.Count > 0;
        }
    }

    private void Transact(List<SqliteWork> works)
    {
        try
        {
            // Asked before and behind: nothing is written into a file that is gone, and what was written while it went is not said to be kept.
            ThrowIfGone(hasLog: false);
            if (Interlocked.Exchange(ref _limit, null) is { } limit) _session.LimitPages(limit.More);
            _session.Prepare("BEGIN IMMEDIATE").Run();
            foreach (var work in works)
            {
                if (work.Guarded) Guard(work);
                else work.Run(_session);
            }

            _batch?.BeforeCommit(_session);
            _session.Prepare("COMMIT").Run();
            ThrowIfGone(hasLog: true);
            _batch?.AfterCommit();
        }
        catch (Exception fault)
        {
            Undo();
            var unavailable = SqliteFaults.Translate(fault, _file);
            if (unavailable is not null) _fault = unavailable.Message;
            foreach (var work in works) work.Fail(unavailable ?? fault);
            return;
        }

        _fault = null;
        foreach (var work in works) work.Complete();
    }

    /// <summary>One work's failure is its own: what it wrote is undone and the others of the transaction go on.</summary>
    private void Guard(SqliteWork work)
    {
        _session.Prepare("SAVEPOINT work").Run();
        try
        {
            work.Run(_session);
        }
        catch (Exception fault) when (SqliteFaults.Translate(fault, _file) is null)
        {
            work.Fail(fault);
            _session.Prepare("ROLLBACK TO work").Run();
        }

        _session.Prepare("RELEASE work").Run();
    }

    /// <summary>Bounds how many pages the file may grow by, as a full disk does; null = no bound. For tests.</summary>
    internal void LimitPages(int? more) => Volatile.Write(ref _limit, new PageLimit(more));

    private void ThrowIfGone(bool hasLog)
    {
        if (_session.IsGone(hasLog))
            throw new StoreUnavailableException($"{_file} was deleted or replaced while the engine ran: nothing is stored any more. Stop the engine, put the data directory back and start it again");
    }

    /// <summary>Takes 64 KiB and gives them back: where only a page is left, the next commit would fail again.</summary>
    private static bool Probe(SqliteSession session)
    {
        session.Prepare("INSERT OR REPLACE INTO meta(name, value) VALUES('probe', zeroblob(65536))").Run();
        session.Prepare("DELETE FROM meta WHERE name = 'probe'").Run();
        return true;
    }

    private void Undo()
    {
        try
        {
            _session.Prepare("ROLLBACK").Run();
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            // SQLite has rolled back by itself (full disk, I/O error), or the COMMIT had happened after all.
        }

        try
        {
            _batch?.AfterRollback(_session);
        }
        catch (Exception)
        {
            // The file cannot be read either; the next transaction fails too and tries again.
        }
    }

    private sealed record PageLimit(int? More);
}

/// <summary>What a file's owner does around each transaction, on the writer's thread.</summary>
internal interface ISqliteBatch
{
    /// <summary>The last writes of the transaction.</summary>
    void BeforeCommit(SqliteSession session);

    /// <summary>It is durable.</summary>
    void AfterCommit();

    /// <summary>It failed, and whether it was committed is not known: what is held in memory is read again.</summary>
    void AfterRollback(SqliteSession session);
}

/// <summary>A write that waits for its transaction.</summary>
internal abstract class SqliteWork(bool guarded)
{
    /// <summary>Whether a failure undoes this work alone.</summary>
    public bool Guarded { get; } = guarded;

    public abstract void Run(SqliteSession session);

    public abstract void Complete();

    public abstract void Fail(Exception fault);
}

/// <summary>A write with an answer.</summary>
internal sealed class SqliteWork<T>(Func<SqliteSession, T> work, bool guarded) : SqliteWork(guarded)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _answer = default!;

    public Task<T> Task => _done.Task;

    public override void Run(SqliteSession session) => _answer = work(session);

    public override void Complete() => _done.TrySetResult(_answer);

    public override void Fail(Exception fault) => _done.TrySetException(fault);
}
