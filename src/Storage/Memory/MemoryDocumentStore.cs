using Personalization.Storage.Rules;
using Personalization.Stores;

namespace Personalization.Storage.Memory;

/// <summary>Documents in this process's memory.</summary>
public sealed class MemoryDocumentStore : IDocumentStore
{
    private readonly SortedDictionary<string, Document> _documents = new(Utf8Order.Instance);
    private readonly Lock _gate = new();

    /// <inheritdoc />
    public ValueTask<Document?> Read(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate) return ValueTask.FromResult(_documents.GetValueOrDefault(key));
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        DocumentKeys.Validate(writes);
        var versions = new long?[writes.Count];
        lock (_gate)
        {
            for (var i = 0; i < versions.Length; i++)
            {
                var (key, bytes, expected) = writes[i];
                var stored = _documents.GetValueOrDefault(key)?.Version ?? 0;
                if (expected != DocumentWrite.Any && expected != stored) continue;
                if (bytes is null) _documents.Remove(key);
                else _documents[key] = new Document(key, stored + 1, bytes);
                versions[i] = bytes is null ? 0 : stored + 1;
            }
        }

        return ValueTask.FromResult<IReadOnlyList<long?>>(versions);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<Document>>(
            [
                .. _documents.Values.Where(document => document.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && (after is null || Utf8Order.Instance.Compare(document.Key, after) > 0)).Take(max),
            ]);
        }
    }
}
