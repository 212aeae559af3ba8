using System.Buffers;
using System.Text;

namespace Personalization.Algorithms.Recommendation.Content;

/// <summary>Turns what is known of an item into the tokens that <see cref="ContentNeighbours"/> compares: 64-bit hashes, each of a field and its
/// value, so that a brand never meets a word.</summary>
public static class ItemContent
{
    private const ulong CategoryField = 1;
    private const ulong BrandField = 2;
    private const ulong PriceField = 3;
    private const ulong TextField = 4;

    /// <summary>Price bands per factor of ten: neighbours differ by about 58 %.</summary>
    private const int BandsPerDecade = 5;

    /// <summary>Adds a category path and all its ancestors, so that <c>shoes.running.trail</c> is near to <c>shoes.running</c>; parts are separated
    /// by <c>.</c>, <c>/</c> or <c>&gt;</c>.</summary>
    public static void AddCategory(ReadOnlySpan<char> path, ICollection<ulong> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var hash = CategoryField;
        foreach (var range in path.SplitAny(Separators))
        {
            var part = path[range].Trim();
            if (part.IsEmpty) continue;
            hash = Hash(hash, part);
            tokens.Add(hash);
        }
    }

    /// <summary>Adds a brand, without regard to case.</summary>
    public static void AddBrand(ReadOnlySpan<char> brand, ICollection<ulong> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (!brand.Trim().IsEmpty) tokens.Add(Hash(BrandField, brand.Trim()));
    }

    /// <summary>Adds the band of a price, ⌊5·log₁₀ price⌋; nothing for a price that is not positive and finite.</summary>
    public static void AddPrice(double price, ICollection<ulong> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        if (price > 0 && double.IsFinite(price)) tokens.Add(Mix(PriceField, (ulong)(long)Math.Floor(BandsPerDecade * Math.Log10(price))));
    }

    /// <summary>Adds the words of a text (runs of letters and digits, without regard to case), each once.</summary>
    public static void AddText(ReadOnlySpan<char> text, ICollection<ulong> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        for (var start = 0; start < text.Length; start++)
        {
            if (!char.IsLetterOrDigit(text[start])) continue;
            var end = start + 1;
            while (end < text.Length && char.IsLetterOrDigit(text[end])) end++;
            var token = Hash(TextField, text[start..end]);
            if (!tokens.Contains(token)) tokens.Add(token);
            start = end;
        }
    }

    private static readonly SearchValues<char> Separators = SearchValues.Create("./>");

    private static ulong Hash(ulong seed, ReadOnlySpan<char> text)
    {
        var hash = Mix(0xCBF29CE484222325UL, seed);
        foreach (var rune in text.EnumerateRunes()) hash = Mix(hash, (ulong)Rune.ToUpperInvariant(rune).Value);
        return hash;
    }

    // The finaliser of splitmix64 over a running state: stable for ever, it is part of stored indexes.
    private static ulong Mix(ulong state, ulong value)
    {
        var z = (state ^ value) + 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
