using System.Security.Cryptography;
using Personalization.Stores;

namespace Personalization.Decisions;

/// <summary>
/// The installation's key for decision ids: 32 random bytes, made by whoever needs it first and kept beside the other documents, so that every
/// process signs alike and a restore brings it back. It is never logged nor answered.
/// </summary>
public sealed class DecisionSigningKey(IDocumentStore documents)
{
    private const string Document = "secret/decision-ids";

    private byte[]? _key;

    /// <summary>The key.</summary>
    public ValueTask<byte[]> Get(CancellationToken cancellation = default) => _key is { } key ? new ValueTask<byte[]>(key) : Load(cancellation);

    private async ValueTask<byte[]> Load(CancellationToken cancellation)
    {
        if (await documents.Read(Document, cancellation) is not { } document)
        {
            // Of two that make one at the same time the first counts.
            await documents.Write([new DocumentWrite(Document, RandomNumberGenerator.GetBytes(DecisionId.KeyBytes), Expected: 0)], cancellation);
            document = await documents.Read(Document, cancellation) ?? throw new InvalidOperationException("the key of decision ids was written and is not there");
        }

        if (document.Bytes.Length != DecisionId.KeyBytes) throw new InvalidDataException($"the key of decision ids has {document.Bytes.Length} bytes, not {DecisionId.KeyBytes}");
        return _key = document.Bytes;
    }
}
