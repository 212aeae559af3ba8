using System.IO.Compression;
using System.Text;

namespace Personalization.Silo.Commands.Tables;

/// <summary>Opens a user's text file: plain or gzip (told by its first bytes), UTF-8, or UTF-16 and UTF-32 with a byte order mark.</summary>
/// <remarks>
/// Bytes that are no UTF-8 end the reading with a sentence: put into a replacement character, as readers commonly do, two customers of another encoding
/// could become one.
/// </remarks>
internal static class TextFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Opens the file.</summary>
    /// <exception cref="TableException">It cannot be opened; the message says why.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new TableException($"'{path}' cannot be opened: {missing.Message}", missing);
        }
    }

    /// <summary>Its text, decompressed.</summary>
    public static StreamReader ReadText(FileStream file)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        Stream content = isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        return new StreamReader(content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: true, BufferSize);
    }

    /// <summary>Whether a reading failed by what the file holds.</summary>
    public static bool IsBroken(Exception fault) => fault is IOException or InvalidDataException or UnauthorizedAccessException or DecoderFallbackException or Sylvan.Data.Csv.CsvFormatException;

    /// <summary>Why, in words.</summary>
    public static string Reason(Exception fault) => fault is DecoderFallbackException ? "it is not UTF-8; save it as UTF-8." : fault.Message;
}
