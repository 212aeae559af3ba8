using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Personalization.Gateway.Json;
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
    public async ValueTask<long?> ReadVersion(string id, CancellationToken cancellation) => (await documents.Read(prefix + id, cancellation))?.Version;

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
    public async ValueTask<DocumentPage<T>> List(string? after, int max, CancellationToken cancellation)
    {
        var page = await documents.List(prefix, after is null ? null : prefix + after, max, cancellation);
        var values = new List<T>(page.Count);
        var unreadable = new List<string>();
        foreach (var document in page)
        {
            try
            {
                values.Add(Parse(document));
            }
            catch (InvalidDataException)
            {
                unreadable.Add(document.Key[prefix.Length..]);
            }
        }

        return new DocumentPage<T>(values, unreadable, page.Count > 0 ? page[^1].Key[prefix.Length..] : null, page.Count);
    }

    /// <summary>Reads a document, and makes sure that it can be answered.</summary>
    private T Parse(Document document)
    {
        try
        {
            var value = JsonSerializer.Deserialize(LoneSurrogates.Replace(document.Bytes).Span, json) ?? throw new InvalidDataException($"the document {document.Key} holds nothing");
            JsonSerializer.Serialize(Stream.Null, value, json);
            return value;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException($"the document {document.Key} cannot be read: {fault.Message}", fault);
        }
    }
}
