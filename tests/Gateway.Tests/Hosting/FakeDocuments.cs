using Personalization.Stores;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>Documents in memory that count reads and can be told to fail.</summary>
internal sealed class FakeDocuments : IDocumentStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Document> _documents = new(StringComparer.Ordinal);

    public int Reads;

    public Exception? Fault { get; set; }

    public ValueTask<Document?> Read(string key, CancellationToken cancellation = default)
    {
        if (Fault is not null) throw Fault;
        Interlocked.Increment(ref Reads);
        lock (_lock) return ValueTask.FromResult(_documents.GetValueOrDefault(key));
    }

    public ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default)
    {
        if (Fault is not null) throw Fault;
        lock (_lock) return ValueTask.FromResult<IReadOnlyList<long?>>([.. writes.Select(WriteOne)]);
    }

    public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
    {
        if (Fault is not null) throw Fault;
        Interlocked.Increment(ref Reads);
        lock (_lock)
            return ValueTask.FromResult<IReadOnlyList<Document>>(
                [.. _documents.Values.Where(document => document.Key.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(document.Key, after) > 0)).Take(max)]);
    }

    private long? WriteOne(DocumentWrite write)
    {
        var stored = _documents.GetValueOrDefault(write.Key)?.Version ?? 0;
        if (write.Expected != DocumentWrite.Any && write.Expected != stored) return null;
        if (write.Bytes is null) return _documents.Remove(write.Key) || write.Expected == DocumentWrite.Any ? 0 : null;
        _documents[write.Key] = new Document(write.Key, stored + 1, write.Bytes);
        return stored + 1;
    }
}
