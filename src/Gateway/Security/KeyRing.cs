using System.Security.Cryptography;
using System.Text;
using Personalization.Configuration;

namespace Personalization.Gateway.Security;

/// <summary>The configured keys by their SHA-256, so that none is held in the clear and a comparison's time tells nothing.</summary>
internal sealed class KeyRing(KeyOptions keys)
{
    private readonly byte[][] _admin = Hashes(keys.Admin);
    private readonly byte[][] _ingest = Hashes(keys.Ingest);
    private readonly byte[][] _read = Hashes(keys.Read);

    /// <summary>What a shown key allows; every configured key is compared.</summary>
    public (bool Admin, bool Ingest, bool Read) Allows(string shown)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(shown), hash);
        return (Holds(_admin, hash), Holds(_ingest, hash), Holds(_read, hash));
    }

    private static byte[][] Hashes(string[] keys) => Array.ConvertAll(keys, key => SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static bool Holds(byte[][] hashes, ReadOnlySpan<byte> hash)
    {
        var found = false;
        foreach (var other in hashes) found |= CryptographicOperations.FixedTimeEquals(hash, other);
        return found;
    }
}
