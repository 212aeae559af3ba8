using System.Text;
using Personalization.Storage.Rules;
using Personalization.Stores;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>Documents in three keys with the hash tag <c>{documents}</c>: versions, bodies, and the keys in byte order.</summary>
internal sealed class RedisDocumentStore(IConnectionMultiplexer connection, RedisKeys keys) : IDocumentStore
{
    private static readonly RedisScript s_write = RedisScript.Load("documents_write");
    private static readonly RedisScript s_list = RedisScript.Load("documents_list");
    private readonly IDatabase _database = connection.GetDatabase();

    /// <inheritdoc />
    public async ValueTask<Document?> Read(string key, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var transaction = _database.CreateTransaction();
        var version = transaction.HashGetAsync(keys.Documents[0], key);
        var body = transaction.HashGetAsync(keys.Documents[1], key);
        if (!await transaction.ExecuteAsync().Answer(_database, cancellation).ConfigureAwait(false)) throw new RedisException("Redis refused to read a document");
        return (await version.Answer(_database, cancellation).ConfigureAwait(false)).IsNull ? null : new Document(key, (long)await version.Answer(_database, cancellation).ConfigureAwait(false), (byte[])(await body.Answer(_database, cancellation).ConfigureAwait(false))!);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<long?>> Write(IReadOnlyList<DocumentWrite> writes, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        DocumentKeys.Validate(writes);
        if (writes.Count == 0) return [];
        var arguments = new RedisValue[writes.Count * 4];
        for (var i = 0; i < writes.Count; i++)
        {
            arguments[i * 4] = writes[i].Key;
            arguments[(i * 4) + 1] = writes[i].Expected;
            arguments[(i * 4) + 2] = writes[i].Bytes is null ? 0 : 1;
            arguments[(i * 4) + 3] = writes[i].Bytes ?? [];
        }

        var versions = (RedisResult[])(await s_write.Run(_database, keys.Documents, arguments).Answer(_database, cancellation).ConfigureAwait(false))!;
        return [.. versions.Select(version => (long)version is >= 0 and var number ? number : default(long?))];
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Document>> List(string prefix, string? after, int max, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();

        // 0xFF is in no text of UTF-8, so it comes after every key that begins with the prefix.
        var prefixBytes = Encoding.UTF8.GetBytes(prefix);
        var isAfterInside = after is not null && Utf8Order.Instance.Compare(after, prefix) >= 0;
        RedisValue from = isAfterInside ? "(" + after : prefix.Length == 0 ? "-" : "[" + prefix;
        RedisValue to = prefix.Length == 0 ? "+" : (byte[])[(byte)'(', .. prefixBytes, 0xFF];
        var rows = (RedisResult[])(await s_list.Run(_database, keys.Documents, [from, to, max]).Answer(_database, cancellation).ConfigureAwait(false))!;
        var documents = new List<Document>(rows.Length / 3);
        for (var i = 0; i < rows.Length; i += 3) documents.Add(new Document(((RedisValue)rows[i]).ToString(), (long)rows[i + 1], (byte[])rows[i + 2]!));
        return documents;
    }
}
