namespace Personalization.Storage.Sqlite;

/// <summary>
/// The one thread that writes a file. Whatever waits when it comes round goes into one transaction, so one fsync serves all
/// partitions (group commit); nothing waits for a timer.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>At most so many works in a transaction: bounds how long a single one waits for the others.</summary>
    private const int MaxBatch = 4096;

    private readonly Lock _gate = new();
    // Waits in the kernel at once: a wait that spins first takes a tenth of two cores from whoever has work.
    private readonly AutoResetEvent _arrived = new(false);
    private readonly SqliteSession _session;
    private readonly ISqliteBatch? _batch;
    private readonly Thread _thread;
    private List<SqliteWork> _waiting = [];
    private List<SqliteWork> _taken = [];
    private bool _closed;

    /// <summary>Takes over a session (disposed with the writer) and starts the thread.</summary>
    public SqliteWriter(SqliteSession session, string name, ISqliteBatch? batch = null)
    {
        _session = session;
        _batch = batch;
        _thread = new Thread(Loop) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Runs a work in the next transaction; durable when the task ends.</summary>
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
            _arrived.WaitOne();
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
            _session.Prepare("BEGIN IMMEDIATE").Run();
            foreach (var work in works)
            {
                if (work.Guarded) Guard(work);
                else work.Run(_session);
            }

            _batch?.BeforeCommit(_session);
            _session.Prepare("COMMIT").Run();
            _batch?.AfterCommit();
        }
        catch (Exception fault)
        {
            Undo();
            foreach (var work in works) work.Fail(fault);
            return;
        }

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
        catch (Exception fault)
        {
            work.Fail(fault);
            _session.Prepare("ROLLBACK TO work").Run();
        }

        _session.Prepare("RELEASE work").Run();
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
