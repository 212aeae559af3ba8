namespace Personalization.Storage.Rules;

/// <summary>Orders texts by their UTF-8 bytes, as databases do; UTF-16's ordinal order differs above U+FFFF.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? left, string? right)
    {
        if (left is null || right is null) return left is null ? right is null ? 0 : -1 : 1;
        var length = Math.Min(left.Length, right.Length);
        for (var i = 0; i < length; i++)
        {
            char a = left[i], b = right[i];
            if (a == b) continue;
            var high = char.IsSurrogate(a);
            return high == char.IsSurrogate(b) ? a.CompareTo(b) : high ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length);
    }
}
