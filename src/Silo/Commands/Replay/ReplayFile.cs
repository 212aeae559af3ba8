using System.Globalization;
using System.IO.Compression;
using System.Text;
using Personalization.Partitions;

namespace Personalization.Silo.Commands.Replay;

/// <summary>
/// A file that is replayed, its format found out: by its first line where none was named.
/// </summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">Its name without folder and <c>.gz</c>: what its events' ids begin with.</param>
/// <param name="Format">What its lines mean.</param>
public sealed record ReplayFile(string Path, string Name, ReplayFormat Format)
{
    private const string KnownFormats =
        "a REES46 header (event_time, event_type, product_id …), a header with SessionId, ItemId and Time, Taobao rows (user,item,category,pv|cart|fav|buy,seconds) "
        + "or one JSON object a line; name the format with --format";

    /// <summary>Looks at a file.</summary>
    /// <exception cref="ReplayException">It cannot be read, or its format is not known; the message says why.</exception>
    public static ReplayFile Open(string path, ReplayFormat? format)
    {
        var name = System.IO.Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) name = name[..^3];
        if (CustomerKey.IdError("the file's name with a line number", $"{name}:{long.MaxValue}") is { } fault) throw new ReplayException($"'{path}': {fault}; rename the file");
        try
        {
            using var file = OpenStream(path);
            using var text = OpenText(file);
            var first = text.ReadLine() ?? throw new ReplayException($"'{path}' is empty.");
            return new ReplayFile(path, name, format ?? Guess(first) ?? throw new ReplayException($"The format of '{path}' is not known. Its first line is none of: {KnownFormats}."));
        }
        catch (Exception broken) when (broken is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new ReplayException($"'{path}' cannot be read: {broken.Message}", broken);
        }
    }

    /// <summary>Looks at several files; their names must differ, because event ids are made of them.</summary>
    /// <exception cref="ReplayException">One of them cannot be replayed, or two have the same name.</exception>
    public static IReadOnlyList<ReplayFile> OpenAll(IEnumerable<string> paths, ReplayFormat? format)
    {
        var files = new List<ReplayFile>();
        foreach (var path in paths)
        {
            var file = Open(path, format);
            if (files.Find(other => other.Name == file.Name) is { } same)
                throw new ReplayException($"'{same.Path}' and '{path}' have the same name, so their events would have the same ids; rename one, or replay them one after the other into different stores.");
            files.Add(file);
        }

        return files;
    }

    /// <summary>The id of the event in a line.</summary>
    public string EventId(long line) => string.Create(CultureInfo.InvariantCulture, $"{Name}:{line}");

    /// <summary>Opens a file for reading.</summary>
    internal static FileStream OpenStream(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);

    /// <summary>Its text, decompressed where its first bytes are those of gzip.</summary>
    internal static StreamReader OpenText(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        return new StreamReader(isGzip ? new GZipStream(file, CompressionMode.Decompress) : file, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, 1 << 16);
    }

    private static ReplayFormat? Guess(string first)
    {
        if (first.AsSpan().TrimStart().StartsWith("{")) return ReplayFormat.Events;
        string[] fields = [.. first.Split(['\t', ';', '|', ',']).Select(field => field.Trim().Trim('"'))];
        bool Has(string name) => Array.Exists(fields, field => string.Equals(field.Replace("_", "", StringComparison.Ordinal), name, StringComparison.OrdinalIgnoreCase));
        if (Has("eventtime") && Has("eventtype") && Has("productid")) return ReplayFormat.Rees46;
        if (Has("sessionid") && Has("itemid") && Has("time")) return ReplayFormat.Sessions;
        if (fields.Length == 5 && TaobaoRows.Types.ContainsKey(fields[3]) && long.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out _)) return ReplayFormat.Taobao;
        return null;
    }
}
