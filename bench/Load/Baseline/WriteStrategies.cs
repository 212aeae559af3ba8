using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Personalization.Load.Baseline;

/// <summary>How writes become transactions.</summary>
internal interface IWriteStrategy : IDisposable
{
    /// <summary>Writes durably; false if the etag is another.</summary>
    Task<bool> Write(StateWrite write);
}

/// <summary>The plain way: a write is a transaction. SQLite has one writer, so they take turns.</summary>
internal sealed class SingleWrites(SqliteConnection connection) : IWriteStrategy
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly StateStatement _statement = new(connection);

    public async Task<bool> Write(StateWrite write)
    {
        await _turn.WaitAsync();
        try
        {
            return _statement.Run(write, transaction: null);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _statement.Dispose();
        connection.Dispose();
        _turn.Dispose();
    }
}

/// <summary>The best that a grain storage can do: while one transaction is under way, the writes of other grains collect for the next.</summary>
internal sealed class GroupedWrites : IWriteStrategy
{
    private const int MaxGroup = 512;

    private readonly Channel<(StateWrite Write, TaskCompletionSource<bool> Done)> _waiting =
        Channel.CreateUnbounded<(StateWrite, TaskCompletionSource<bool>)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SqliteConnection _connection;
    private readonly StateStatement _statement;
    private readonly Task _loop;

    public GroupedWrites(SqliteConnection connection)
    {
        _connection = connection;
        _statement = new StateStatement(connection);
        _loop = Task.Run(Run);
    }

    public Task<bool> Write(StateWrite write)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Writer.TryWrite((write, done)) ? done.Task : throw new ObjectDisposedException(nameof(GroupedWrites));
    }

    public void Dispose()
    {
        _waiting.Writer.TryComplete();
        _loop.GetAwaiter().GetResult();
        _statement.Dispose();
        _connection.Dispose();
    }

    private async Task Run()
    {
        var group = new List<(StateWrite Write, TaskCompletionSource<bool> Done)>(MaxGroup);
        var results = new List<bool>(MaxGroup);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < MaxGroup && _waiting.Reader.TryRead(out var next)) group.Add(next);
            try
            {
                using (var transaction = _connection.BeginTransaction(deferred: false))
                {
                    foreach (var (write, _) in group) results.Add(_statement.Run(write, transaction));
                    transaction.Commit();
                }

                for (var i = 0; i < group.Count; i++) group[i].Done.SetResult(results[i]);
            }
            catch (SqliteException fault)
            {
                foreach (var (_, done) in group) done.TrySetException(fault);
            }

            group.Clear();
            results.Clear();
        }
    }
}
