namespace Personalization.Stores;

/// <summary>
/// Small documents by key with compare-and-set: catalogue, actions, models, settings. Keys are texts such as <c>item/default/sku-1</c>;
/// a version is 1 after the first write and grows by one with each.
/// </summary>
public interface IDocumentStore
{
    /// <summary>A document; null if there is none.</summary>
    ValueTask<Document?> Read(string key, CancellationToken cancellation = default);

    /// <summary>
    /// Writes documents, each if its stored version is <see cref="DocumentWrite.Expected"/>; one answer each: the new version (0 after a deletion), or null where
    /// the stored version is another. Each document is atomic, the group as a whole is not.
    /// </summary>
    ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default);

    /// <summary>Documents whose keys begin with a prefix, in the order of the keys' UTF-8 bytes, after a key.</summary>
    ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default);
}

/// <summary>A document.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Version">1 after the first write.</param>
/// <param name="Bytes">Its content.</param>
public sealed record Document(string Key, long Version, byte[] Bytes);

/// <summary>A write of a document.</summary>
/// <param name="Key">Its key, at most 1,024 bytes of UTF-8.</param>
/// <param name="Bytes">The content; null deletes.</param>
/// <param name="Expected">The version that must be stored: 0 = must not exist, <see cref="Any"/> = whatever is there.</param>
public readonly record struct DocumentWrite(string Key, byte[]? Bytes, long Expected = DocumentWrite.Any)
{
    /// <summary>Write whatever is there.</summary>
    public const long Any = -1;
}

/// <summary>
/// Names behind the hashes that profiles hold (<see cref="Partitions.KeyHash.Name"/>): items, categories, brands, channels, event ids' sources.
/// Rebuildable from journals and catalogue. A name is written before the commit that refers to it.
/// </summary>
public interface INameStore
{
    /// <summary>Writes names; one that is there already stays.</summary>
    ValueTask Write(IReadOnlyCollection<KeyValuePair<ulong, string>> names, CancellationToken cancellation = default);

    /// <summary>The names of hashes; those that are not known are left out.</summary>
    ValueTask<IReadOnlyDictionary<ulong, string>> Read(IReadOnlyCollection<ulong> hashes, CancellationToken cancellation = default);
}
