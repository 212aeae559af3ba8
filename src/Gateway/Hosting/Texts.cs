namespace Personalization.Gateway.Hosting;

/// <summary>Callers' texts in messages.</summary>
internal static class Texts
{
    private const int Most = 64;

    /// <summary>The beginning of a text, never cut within a surrogate pair: a half could not be written into the answer.</summary>
    public static string Shorten(string text)
    {
        if (text.Length <= Most) return text;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[Most - 1]) ? Most - 1 : Most), "…");
    }
}
