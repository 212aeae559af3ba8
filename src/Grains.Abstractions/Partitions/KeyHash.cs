using System.IO.Hashing;
using System.Text;

namespace Personalization.Partitions;

/// <summary>
/// The hashes that stored data depends on. They may never change: partitions, profiles and de-duplication rest on them.
/// All are XXH3 (Yann Collet) with seed 0 over UTF-8 bytes.
/// </summary>
public static class KeyHash
{
    private const int StackLimit = 512;

    /// <summary>XXH3-64 of the text's UTF-8 bytes. Allocates nothing for texts of up to about 170 characters.</summary>
    public static ulong Hash64(ReadOnlySpan<char> text)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> buffer = size <= StackLimit ? stackalloc byte[StackLimit] : new byte[size];
        return XxHash3.HashToUInt64(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
    }

    /// <summary>XXH3-64 of raw bytes.</summary>
    public static ulong Hash64(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);

    /// <summary>XXH3-128 of the text's UTF-8 bytes.</summary>
    public static UInt128 Hash128(ReadOnlySpan<char> text)
    {
        var size = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> buffer = size <= StackLimit ? stackalloc byte[StackLimit] : new byte[size];
        return XxHash128.HashToUInt128(buffer[..Encoding.UTF8.GetBytes(text, buffer)]);
    }

    /// <summary>hash64(tenant, name): XXH3-64 of <c>tenant/name</c>. Names an item, category or brand inside profiles; needs no catalogue.</summary>
    public static ulong Name(string tenant, ReadOnlySpan<char> name)
    {
        Span<char> buffer = tenant.Length + name.Length + 1 <= StackLimit ? stackalloc char[StackLimit] : new char[tenant.Length + name.Length + 1];
        tenant.CopyTo(buffer);
        buffer[tenant.Length] = '/';
        name.CopyTo(buffer[(tenant.Length + 1)..]);
        return Hash64(buffer[..(tenant.Length + 1 + name.Length)]);
    }
}
