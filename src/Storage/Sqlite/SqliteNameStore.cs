using System.Collections.Concurrent;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>Names behind hashes in <c>state.db</c>, with those known to be stored remembered, so that a commit seldom writes any.</summary>
internal sealed class SqliteNameStore(SqliteState state) : INameStore
{
    private const int Remembered = 200_000;
    private readonly ConcurrentDictionary<ulong, byte> _stored = new();

    /// <inheritdoc />
    public async ValueTask Write(IReadOnlyCollection<KeyValuePair<ulong, string>> names, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        List<KeyValuePair<ulong, string>>? missing = null;
        foreach (var name in names)
        {
            if (!_stored.ContainsKey(name.Key)) (missing ??= []).Add(name);
        }

        if (missing is null) return;
        await state.Writer.Write(session =>
        {
            var insert = session.Prepare("INSERT OR IGNORE INTO names(hash, name) VALUES(?1, ?2)");
            foreach (var (hash, name) in missing) insert.Bind(1, hash).Bind(2, name).Run();
            return true;
        }).ConfigureAwait(false);
        if (_stored.Count > Remembered) _stored.Clear();
        foreach (var (hash, _) in missing) _stored[hash] = 0;
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyDictionary<ulong, string>> Read(IReadOnlyCollection<ulong> hashes, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(state.Readers.Read(session =>
        {
            var found = new Dictionary<ulong, string>(hashes.Count);
            var select = session.Prepare("SELECT name FROM names WHERE hash = ?1");
            foreach (var hash in hashes)
            {
                if (select.Bind(1, hash).Step()) found[hash] = select.Text(0);
                select.Reset();
            }

            return (IReadOnlyDictionary<ulong, string>)found;
        }));
    }
}
