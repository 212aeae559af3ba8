using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Personalization.Gateway.Hosting;

/// <summary>Times between the contracts (milliseconds since 1970-01-01 UTC) and JSON (ISO 8601, UTC).</summary>
internal static class Instants
{
    /// <summary>A time of the contracts.</summary>
    public static DateTime ToUtc(long milliseconds) => DateTime.UnixEpoch.AddMilliseconds(milliseconds);

    /// <summary>A time of the contracts; null stays null.</summary>
    [return: NotNullIfNotNull(nameof(milliseconds))]
    public static DateTime? ToUtc(long? milliseconds) => milliseconds is { } value ? ToUtc(value) : null;

    /// <summary>Reads the time that a caller gave; null if it gave none.</summary>
    /// <exception cref="ProblemException">It is no ISO 8601 time with an offset.</exception>
    public static long? Parse(string name, string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        // In a query a '+' that was not encoded arrives as a space.
        if (text.Length > 16 && text[10] == 'T' && text[^6] == ' ') text = $"{text[..^6]}+{text[^5..]}";
        var hasOffset = text.Length > 16 && text[10] == 'T' && (text[^1] == 'Z' || text[^6] is '+' or '-');
        if (!hasOffset || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            throw ProblemException.BadRequest($"{name} must be an ISO 8601 time with an offset, such as 2026-03-01T12:00:00Z");
        return Error(name, time) is { } error ? throw ProblemException.BadRequest(error) : time.ToUnixTimeMilliseconds();
    }

    /// <summary>
    /// What is wrong with a time that was told, by whatever way it came, or null. It has to lie at least a millisecond after the beginning of 1970: zero is what
    /// programs write where they have no time, and the log's word for none.
    /// </summary>
    public static string? Error(string name, DateTimeOffset time) => time.ToUnixTimeMilliseconds() > 0 ? null : $"{name} must be after 1970-01-01T00:00:00Z";
}
