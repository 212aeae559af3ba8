using System.Security.Cryptography;
using System.Text;

namespace Personalization.Storage.Clustering;

/// <summary>What the processes of a cluster prove to each other that they know, and whether this one has keys.</summary>
public sealed class ClusterSecret
{
    /// <summary>Fewest characters of a secret that is given.</summary>
    public const int LeastCharacters = 16;

    private readonly Lazy<byte[]> _secret;

    /// <summary>A secret that is given, or read when the first connection needs it.</summary>
    /// <param name="secret">Answers the secret.</param>
    /// <param name="hasKeys">Whether this process asks its own callers for keys.</param>
    public ClusterSecret(Func<string> secret, bool hasKeys)
    {
        // A store that does not answer the first time is asked again: a Lazy of the default kind would keep its fault for ever.
        _secret = new Lazy<byte[]>(() => SHA256.HashData(Encoding.UTF8.GetBytes(secret())), LazyThreadSafetyMode.PublicationOnly);
        HasKeys = hasKeys;
    }

    /// <summary>Whether this process asks its own callers for keys.</summary>
    public bool HasKeys { get; }

    /// <summary>HMAC-SHA256 (RFC 2104) of a message under the secret.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => HMACSHA256.HashData(_secret.Value, message);

    /// <summary>Whether a signature is that of a message, in constant time.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => CryptographicOperations.FixedTimeEquals(Sign(message), signature);
}
