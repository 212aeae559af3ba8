using System.Runtime.CompilerServices;

namespace Personalization.Algorithms.Learning.Features;

/// <summary>The stable 64-bit hash of feature names: part of every stored hashed model, so it never changes.</summary>
/// <remarks>
/// FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo; RFC 9923) over the UTF-16 code units, two bytes each, low byte first, then the finaliser of MurmurHash3 (A. Appleby), because the
/// low bits of FNV alone are weak and a hashed space keeps only those. Neither a secret nor proof against crafted collisions.
/// </remarks>
public static class FeatureHash
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The hash of a name. The empty name is allowed.</summary>
    public static ulong Of(ReadOnlySpan<char> name) => Finish(Add(OffsetBasis, name));

    /// <summary>The hash of a category of a name: equal to that of <c>name=category</c> written as one name.</summary>
    public static ulong Of(ReadOnlySpan<char> name, ReadOnlySpan<char> category) => Finish(Add(Add(Add(OffsetBasis, name), "="), category));

    /// <summary>Combines two hashes or indexes, the same in either order.</summary>
    public static ulong Cross(ulong first, ulong second)
    {
        var (low, high) = first <= second ? (first, second) : (second, first);
        return Finish(Finish(low + 0x9E3779B97F4A7C15) * Prime ^ high);
    }

    /// <summary>Spreads every bit over all bits (the 64-bit finaliser of MurmurHash3; a bijection).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Finish(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }

    private static ulong Add(ulong hash, ReadOnlySpan<char> text)
    {
        foreach (var unit in text)
        {
            hash = (hash ^ (byte)unit) * Prime;
            hash = (hash ^ (byte)(unit >> 8)) * Prime;
        }

        return hash;
    }
}
