using Personalization.Storage.Memory;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Actions;

/// <summary>Documents in memory that count listings and can be told to fail.</summary>
internal sealed class FaultyDocuments : IDocumentStore
{
    private readonly MemoryDocumentStore _documents = new();

    public Exception? Fault { get; set; }

    public int Listings { get; private set; }

    public ValueTask<Document?> Read(string key, CancellationToken cancellation = default) => Fault is null ? _documents.Read(key, cancellation) : throw Fault;

    public ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default) => _documents.Write(writes, cancellation);

    public ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
    {
        if (Fault is not null) throw Fault;
        Listings++;
        return _documents.List(prefix, after, max, cancellation);
    }
}
