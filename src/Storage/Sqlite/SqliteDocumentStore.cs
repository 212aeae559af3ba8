using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Sqlite;

/// <summary>Documents in <c>state.db</c>.</summary>
internal sealed class SqliteDocumentStore(SqliteState state) : IDocumentStore
{
    /// <inheritdoc />
    public ValueTask<Document?> Read(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(state.Readers.Read(session =>
        {
            var select = session.Prepare("SELECT version, bytes FROM documents WHERE key = ?1").Bind(1, key);
            var document = select.Step() ? new Document(key, select.Int64(0), select.Blob(1)) : null;
            select.Reset();
            return document;
        }));
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        DocumentKeys.Validate(writes);
        return await state.Writer.Write(session =>
        {
            var versions = new long?[writes.Count];
            for (var i = 0; i < versions.Length; i++) versions[i] = Write(session, writes[i]);
            return (IReadOnlyList<long?>)versions;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(state.Readers.Read(session =>
        {
            var documents = new List<Document>();
            var select = session.Prepare("SELECT key, version, bytes FROM documents WHERE key >= ?1 AND key > ?2 ORDER BY key LIMIT ?3");
            select.Bind(1, prefix).Bind(2, after ?? "").Bind(3, max);
            while (select.Step())
            {
                var key = select.Text(0);
                if (!key.StartsWith(prefix, StringComparison.Ordinal)) break;
                documents.Add(new Document(key, select.Int64(1), select.Blob(2)));
            }

            select.Reset();
            return (IReadOnlyList<Document>)documents;
        }));
    }

    private static long? Write(SqliteSession session, DocumentWrite write)
    {
        var select = session.Prepare("SELECT version FROM documents WHERE key = ?1").Bind(1, write.Key);
        var stored = select.Step() ? select.Int64(0) : 0;
        select.Reset();
        if (write.Expected != DocumentWrite.Any && write.Expected != stored) return null;
        if (write.Bytes is null)
        {
            session.Prepare("DELETE FROM documents WHERE key = ?1").Bind(1, write.Key).Run();
            return 0;
        }

        session.Prepare("INSERT INTO documents(key, version, bytes) VALUES(?1, ?2, ?3) ON CONFLICT(key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes")
            .Bind(1, write.Key).Bind(2, stored + 1).Bind(3, write.Bytes).Run();
        return stored + 1;
    }
}
