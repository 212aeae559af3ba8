using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Personalization.Engine.Json;
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

    /// <summary>Reads a document. What was stored before free JSON was checked comes out such that it can be answered.</summary>
    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    private T Parse(Document document)
    {
        try
        {
            var bytes = document.Bytes;
            if (JsonHealing.MayNeed(bytes)) bytes = Encoding.UTF8.GetBytes(JsonHealing.Heal(Encoding.UTF8.GetString(bytes)) ?? "");
            return JsonSerializer.Deserialize(bytes, json) ?? throw new InvalidDataException($"the document {document.Key} holds nothing");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"the document {document.Key} cannot be read: {fault.Message}", fault);
        }
    }
}
