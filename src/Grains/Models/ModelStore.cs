using System.Buffers.Binary;
using Personalization.Stores;

namespace Personalization.Grains.Models;

/// <summary>
/// A model's documents. Keys: <c>model/{name}/head</c>, the one that counts; <c>model/{name}/part/{version}-{nonce}…</c>, pieces of bases and segments
/// of changes, written before the head that refers to them and never changed.
/// </summary>
internal sealed class ModelStore(IDocumentStore documents, string name)
{
    /// <summary>A segment below this is written anew with what is appended, so that a quiet day is not a million documents.</summary>
    private const int FullSegment = 256 * 1024;

    private const int SweepPage = 8;
    private readonly string _headKey = $"model/{name}/head";
    private readonly string _partPrefix = $"model/{name}/part/";

    /// <summary>The head and its version; a new model has none, version 0.</summary>
    public async Task<(ModelHead? Head, long Version)> ReadHead(CancellationToken cancellation)
    {
        var document = await documents.Read(_headKey, cancellation);
        return document is null ? (null, 0) : (ModelHead.Read(document.Bytes), document.Version);
    }

    /// <summary>The base or the whole state; null if there is neither.</summary>
    /// <exception cref="ModelMovedException">The parts are gone: a later head replaced them.</exception>
    public async Task<ChunkStream?> ReadState(ModelHead head, CancellationToken cancellation)
    {
        var stream = new ChunkStream();
        if (head.State is { } state)
        {
            stream.Write(state);
            stream.Position = 0;
            return stream;
        }

        if (head.Base is not { } stored) return null;
        foreach (var key in stored.Keys) stream.Add(await ReadPart(key, cancellation));
        return stream;
    }

    /// <summary>The changes since the base, with their revisions.</summary>
    /// <exception cref="ModelMovedException">The parts are gone: a later head replaced them.</exception>
    public async Task<List<(long Revision, ReadOnlyMemory<byte> Bytes)>> ReadChanges(ModelHead head, CancellationToken cancellation)
    {
        var changes = new List<(long, ReadOnlyMemory<byte>)>();
        foreach (var segment in head.Segments) SplitChanges(await ReadPart(segment.Key, cancellation), changes);
        return changes;
    }

    /// <summary>Writes a base in pieces.</summary>
    public async Task<StoredBase> WriteBase(ChunkStream state, long revision, long version, CancellationToken cancellation)
    {
        var stored = new StoredBase($"{_partPrefix}{version:D19}-{Guid.NewGuid():N}", state.Chunks.Count, state.Length, revision);
        for (var i = 0; i < stored.Chunks; i++) await documents.Write([new DocumentWrite(stored.KeyOf(i), state.Chunks[i])], cancellation);
        return stored;
    }

    /// <summary>Appends changes to the segments; answers the segments then.</summary>
    public async Task<IReadOnlyList<StoredSegment>> WriteChanges(
        IReadOnlyList<StoredSegment> segments, ReadOnlyMemory<byte> changes, long version, CancellationToken cancellation)
    {
        var written = segments.ToList();
        byte[] bytes;
        if (written.Count > 0 && written[^1].Bytes + changes.Length <= FullSegment)
        {
            var last = await ReadPart(written[^1].Key, cancellation);
            bytes = [.. last, .. changes.Span];
            written.RemoveAt(written.Count - 1);
        }
        else
        {
            bytes = changes.ToArray();
        }

        var segment = new StoredSegment($"{_partPrefix}{version:D19}-{Guid.NewGuid():N}", bytes.Length);
        await documents.Write([new DocumentWrite(segment.Key, bytes)], cancellation);
        written.Add(segment);
        return written;
    }

    /// <summary>Writes the head over a version; answers the new version, or null if another head was stored meanwhile.</summary>
    public async Task<long?> WriteHead(ModelHead head, long version, CancellationToken cancellation) =>
        (await documents.Write([new DocumentWrite(_headKey, head.ToBytes(), version)], cancellation))[0];

    /// <summary>Deletes documents that a head no longer refers to.</summary>
    public async Task Delete(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (keys.Count > 0) await documents.Write([.. keys.Select(key => new DocumentWrite(key, null))], cancellation);
    }

    /// <summary>
    /// Deletes what crashed learners left: parts written for a version that is stored by now and that its head does not name. A part's key begins with
    /// the version it was written for, so one for a later head, which somebody may be about to write, is never touched.
    /// </summary>
    public async Task<int> Sweep(ModelHead head, long version, CancellationToken cancellation)
    {
        var named = head.Documents.ToHashSet(StringComparer.Ordinal);
        var swept = 0;
        string? after = null;
        while (true)
        {
            var page = await documents.List(_partPrefix, after, SweepPage, cancellation);
            if (page.Count == 0) return swept;
            var unnamed = page.Select(document => document.Key).Where(key => !named.Contains(key) && VersionOf(key) <= version).ToArray();
            await Delete(unnamed, cancellation);
            swept += unnamed.Length;
            after = page[^1].Key;
        }
    }

    /// <summary>One change as it stands in a segment: revision, length, bytes.</summary>
    public static void AppendChange(List<byte> segment, long revision, ReadOnlySpan<byte> change)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, revision);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], change.Length);
        segment.AddRange(head);
        segment.AddRange(change);
    }

    private static void SplitChanges(ReadOnlyMemory<byte> segment, List<(long, ReadOnlyMemory<byte>)> changes)
    {
        while (segment.Length > 0)
        {
            var revision = BinaryPrimitives.ReadInt64LittleEndian(segment.Span);
            var length = BinaryPrimitives.ReadInt32LittleEndian(segment.Span[8..]);
            changes.Add((revision, segment.Slice(12, length)));
            segment = segment[(12 + length)..];
        }
    }

    private async Task<byte[]> ReadPart(string key, CancellationToken cancellation) =>
        (await documents.Read(key, cancellation))?.Bytes ?? throw new ModelMovedException($"document {key} is gone: a newer state of the model was stored");

    private long VersionOf(string key) => long.Parse(key.AsSpan(_partPrefix.Length, 19), System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>While a model was read, a newer state was stored: read the head again.</summary>
internal sealed class ModelMovedException(string message) : Exception(message);
