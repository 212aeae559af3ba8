using System.Buffers;
using Personalization.Engine.Profiles;
using Personalization.Log;
using Personalization.Stores;

namespace Personalization.Engine.Journals;

/// <summary>
/// Bytes of a journal segment: a customer's entries with position, log time and bytes exactly as the log has them.
/// </summary>
/// <remarks>
/// Layout: version u8 · method u8 (0 raw, 1 zstd) · for zstd the raw length as varint · body. Body: count, then per entry position delta,
/// log-time delta (zigzag), length, bytes; all varints. Zstandard (Y. Collet, RFC 8878), level 3, where the body has 256 bytes or more and becomes smaller.
/// </remarks>
public static class JournalCodec
{
    /// <summary>The layout that this code writes.</summary>
    public const byte Version = 1;

    private const byte Raw = 0;
    private const byte Zstd = 1;
    private const int CompressFrom = 256;
    private const int Level = 3;
    private const int LargestBody = 1 << 28;

    [ThreadStatic]
    private static ZstdSharp.Compressor? compressor;

    [ThreadStatic]
    private static ZstdSharp.Decompressor? decompressor;

    /// <summary>Writes entries in position order; at least one.</summary>
    public static JournalSegment Write(IReadOnlyList<LogEntry> entries, long writtenAt)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0) throw new ArgumentException("a segment has at least one entry", nameof(entries));
        var size = 16;
        foreach (var entry in entries) size += entry.Bytes.Length + 16;
        var body = new ArrayBufferWriter<byte>(size);
        var writer = new ByteWriter(body);
        writer.Count(entries.Count);
        var (position, logTime) = (0L, 0L);
        foreach (var entry in entries)
        {
            if (entry.Position <= position) throw new ArgumentException("positions must rise", nameof(entries));
            writer.Unsigned((ulong)(entry.Position - position));
            writer.Signed(entry.LogTime - logTime);
            writer.Count(entry.Bytes.Length);
            writer.Bytes(entry.Bytes);
            (position, logTime) = (entry.Position, entry.LogTime);
        }

        return new JournalSegment(entries[0].Position, position, writtenAt, Pack(body.WrittenSpan));
    }

    /// <summary>Reads a segment's entries.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that this code wrote; the message says why.</exception>
    public static IReadOnlyList<LogEntry> Read(JournalSegment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var head = new ByteReader(segment.Bytes);
        head.Version(Version, "journal segment");
        var reader = head.Byte() switch
        {
            Raw => new ByteReader(segment.Bytes.AsSpan(2)),
            Zstd => new ByteReader(Unpack(ref head)),
            var other => throw new InvalidDataException($"compression {other} is not known to this code"),
        };
        var entries = new LogEntry[reader.Count(3)];
        var (position, logTime) = (0L, 0L);
        for (var i = 0; i < entries.Length; i++)
        {
            position += reader.Long();
            logTime += reader.Signed();
            entries[i] = new LogEntry(position, logTime, reader.Take(reader.Count(1)).ToArray());
        }

        return reader.IsAtEnd ? entries : throw new InvalidDataException("there are bytes after the end of the segment");
    }

    private static byte[] Pack(ReadOnlySpan<byte> body)
    {
        if (body.Length >= CompressFrom)
        {
            compressor ??= new ZstdSharp.Compressor(Level);
            var packed = compressor.Wrap(body);
            var output = new ArrayBufferWriter<byte>(packed.Length + 8);
            var writer = new ByteWriter(output);
            writer.Byte(Version);
            writer.Byte(Zstd);
            writer.Count(body.Length);
            writer.Bytes(packed);
            if (output.WrittenCount < body.Length + 2) return output.WrittenSpan.ToArray();
        }

        var raw = new byte[body.Length + 2];
        raw[0] = Version;
        raw[1] = Raw;
        body.CopyTo(raw.AsSpan(2));
        return raw;
    }

    private static byte[] Unpack(ref ByteReader head)
    {
        var size = head.Count();
        if (size > LargestBody) throw new InvalidDataException($"a segment of {size} bytes is too large");
        decompressor ??= new ZstdSharp.Decompressor();
        var body = new byte[size];
        try
        {
            if (decompressor.Unwrap(head.Rest(), body) != size) throw new InvalidDataException("the segment is shorter than it says");
        }
        catch (ZstdSharp.ZstdException fault)
        {
            throw new InvalidDataException($"the segment cannot be decompressed: {fault.Message}", fault);
        }

        return body;
    }
}
