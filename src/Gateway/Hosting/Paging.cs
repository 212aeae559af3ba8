using System.Buffers.Text;
using System.Text;

namespace Personalization.Gateway.Hosting;

/// <summary>Listings in pages: a cursor is opaque to callers and names the last row of the page before.</summary>
internal static class Paging
{
    /// <summary>Rows of a page where the caller names no number.</summary>
    public const int DefaultLimit = 100;

    /// <summary>The most rows of a page.</summary>
    public const int MaxLimit = 1000;

    /// <summary>The size of a page.</summary>
    public static int Limit(int? limit) => limit switch
    {
        null => DefaultLimit,
        >= 1 and <= MaxLimit => limit.Value,
        _ => throw ProblemException.BadRequest($"limit must be between 1 and {MaxLimit}"),
    };

    /// <summary>Makes a cursor of a text.</summary>
    public static string Cursor(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    /// <summary>The text of a cursor; null if there is none.</summary>
    /// <exception cref="ProblemException">It is none of ours.</exception>
    public static string? Text(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor)) return null;
        try
        {
            var bytes = Base64Url.DecodeFromChars(cursor);
            if (System.Text.Unicode.Utf8.IsValid(bytes)) return Encoding.UTF8.GetString(bytes);
        }
        catch (FormatException)
        {
            // told below
        }

        throw BadCursor();
    }

    /// <summary>The refusal of a cursor that is none of ours.</summary>
    public static ProblemException BadCursor() => ProblemException.BadRequest("cursor must be the next of an earlier page");

    /// <summary>A cursor over rows of several partitions: the partition, and the row within it.</summary>
    public static string Cursor(int partition, string row) => Cursor($"{partition}:{row}");

    /// <summary>Where a listing over partitions goes on.</summary>
    /// <exception cref="ProblemException">The cursor is none of ours.</exception>
    public static (int Partition, string? Row) Place(string? cursor, int partitions)
    {
        if (Text(cursor) is not { } text) return (0, null);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(text.AsSpan(0, colon), out var partition) && partition >= 0 && partition < partitions
            ? (partition, text[(colon + 1)..])
            : throw BadCursor();
    }
}
