using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Personalization.Partitions;

namespace Personalization.Decisions;

/// <summary>
/// A decision's id as the outside knows it: <c>route.short.mac</c>, each in base64url. The route is the customer's public id, so that
/// any gateway finds the grain; the MAC (the first 8 bytes of HMAC-SHA-256 over tenant, route and short id) tells an id that we made from any other.
/// </summary>
/// <remarks>It is at most 512 characters and holds the customer's id readably: it is to be shown to nobody but the storefront that asked.</remarks>
public static class DecisionId
{
    /// <summary>The longest public id, in characters.</summary>
    public const int MaxLength = 512;

    /// <summary>Bytes of the signing key.</summary>
    public const int KeyBytes = 32;

    private const int ShortBytes = 16;
    private const int MacBytes = 8;

    /// <summary>A short id of 16 random bytes.</summary>
    public static string NewShort(ReadOnlySpan<byte> random) =>
        random.Length == ShortBytes ? Base64Url.EncodeToString(random) : throw new ArgumentException($"{ShortBytes} random bytes are needed", nameof(random));

    /// <summary>Makes the public id.</summary>
    public static string Make(CustomerKey customer, string shortId, ReadOnlySpan<byte> key)
    {
        var route = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(customer.PublicId));
        return $"{route}.{shortId}.{Mac(customer.Tenant, route, shortId, key)}";
    }

    /// <summary>Reads a public id. False: it is not one that was made with this key.</summary>
    public static bool TryRead(string tenant, string? publicId, ReadOnlySpan<byte> key, out CustomerKey customer, [NotNullWhen(true)] out string? shortId)
    {
        customer = default;
        shortId = null;
        if (publicId is null or { Length: 0 or > MaxLength }) return false;
        var parts = publicId.Split('.');
        if (parts.Length != 3) return false;
        var expected = Mac(tenant, parts[0], parts[1], key);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(parts[2]))) return false;
        if (!CustomerKey.TryFromPublicId(tenant, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])), out _, out customer)) return false;
        shortId = parts[1];
        return true;
    }

    /// <summary>The hash that a customer's open decisions are found by (<see cref="Log.EntryEnvelope.ShortEventIdHash"/>), of a public or a short id; 0 if it is neither.</summary>
    public static ulong HashOf(ReadOnlySpan<char> id)
    {
        if (id.Length is 0 or > MaxLength) return 0;
        var first = id.IndexOf('.');
        if (first < 0) return (ulong)KeyHash.Hash128(id);
        var rest = id[(first + 1)..];
        var second = rest.IndexOf('.');
        return second <= 0 ? 0 : (ulong)KeyHash.Hash128(rest[..second]);
    }

    private static string Mac(string tenant, string route, string shortId, ReadOnlySpan<byte> key)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{tenant}/{route}.{shortId}"), mac);
        return Base64Url.EncodeToString(mac[..MacBytes]);
    }
}
