using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Personalization.Stores;

namespace Personalization.Gateway.Documents;

/// <summary>Things as JSON documents <c>{prefix}{id}</c>.</summary>
/// <param name="documents">Where they are.</param>
/// <param name="prefix">What their keys begin with.</param>
/// <param name="json">How they are written.</param>
/// <param name="idOf">The id of one.</param>
internal sealed class DocumentTable<T>(IDocumentStore documents, string prefix, JsonTypeInfo<T> json, Func<T, string> idOf) : IDocumentTable<T>
    where T : class
{
    /// <summary>Whether there is none at all.</summary>
    public async ValueTask<bool> IsEmpty(CancellationToken cancellation) => (await documents.List(prefix, null, 1, cancellation)).Count == 0;

    /// <inheritdoc />
    public async ValueTask<(T Value, long Version)?> Read(string id, CancellationToken cancellation)
    {
        var document = await documents.Read(prefix + id, cancellation);
        return document is null ? null : (Parse(document), document.Version);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<T> values, long expected, CancellationToken cancellation)
    {
        var writes = new DocumentWrite[values.Count];
        for (var i = 0; i < writes.Length; i++) writes[i] = new DocumentWrite(prefix + idOf(values[i]), JsonSerializer.SerializeToUtf8Bytes(values[i], json), expected);
        return documents.Write(writes, cancellation);
    }

    /// <inheritdoc />
    public async ValueTask<bool> Delete(string id, long expected, CancellationToken cancellation) =>
        (await documents.Write([new DocumentWrite(prefix + id, null, expected)], cancellation))[0] is not null;

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<T>> List(string? after, int max, CancellationToken cancellation)
    {
        var page = await documents.List(prefix, after is null ? null : prefix + after, max, cancellation);
        return [.. page.Select(Parse)];
    }

    private T Parse(Document document) => JsonSerializer.Deserialize(document.Bytes, json) ?? throw new InvalidDataException($"document {document.Key} holds nothing");
}
