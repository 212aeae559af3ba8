using System.Buffers;
using System.Buffers.Binary;
using Personalization.Engine.Profiles;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Journals;

/// <summary>
/// Bytes of a journal segment: a customer's entries with position, log time and bytes exactly as the log has them; and, where a re-fold can start
/// from it, what there was: nothing before its first entry, or the row after its last one (a base).
/// </summary>
/// <remarks>
/// Layout: version u8 · flags u8 (1 zstd, 2 history begins here, 4 a base follows the entries, 8 a checksum ends the segment) · fold version varint · for zstd the raw length as
/// varint · body · checksum u32, the low half of the XXH3-64 of everything before it. Body: count, then per entry position delta, log-time delta (zigzag), length, bytes; then for a base its position, row length, row, side
/// length, side; all varints. Zstandard (Y. Collet, RFC 8878), level 3, where the body has 256 bytes or more and becomes smaller.
/// Version 1 had 0 or 1 in place of the flags and no fold version; it is still read.
/// </remarks>
public static class JournalCodec
{
    /// <summary>The layout that this code writes.</summary>
    public const byte Version = 2;

    private const byte Zstd = 1;
    private const byte Begins = 2;
    private const byte HasBase = 4;
    private const byte HasChecksum = 8;
    private const int ChecksumBytes = 4;
    private const int CompressFrom = 256;
    private const int Level = 3;
    private const int LargestBody = 1 << 28;
    private const int LargestKept = 1 << 18;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? written;

    [ThreadStatic]
    private static ZstdSharp.Compressor? compressor;

    [ThreadStatic]
    private static ZstdSharp.Decompressor? decompressor;

    /// <summary>Writes entries in position order; at least one.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="writtenAt">When, milliseconds since 1970-01-01 UTC.</param>
    /// <param name="foldVersion">The fold that took the entries in: <see cref="FoldSettings.FoldVersion"/>.</param>
    /// <param name="begins">Nothing came before the first entry.</param>
    /// <param name="row">The row after the last entry, to be kept as a base; null = none.</param>
    public static JournalSegment Write(IReadOnlyList<LogEntry> entries, long writtenAt, int foldVersion, bool begins = false, CustomerRecord? row = null)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0) throw new ArgumentException("a segment has at least one entry", nameof(entries));
        var body = written ??= new ArrayBufferWriter<byte>(4096);
        body.ResetWrittenCount();
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

        if (row is not null)
        {
            if (row.Applied < position || row.IsTombstone) throw new ArgumentException("a base is a row after the last entry, and of no erased customer", nameof(row));
            writer.Unsigned((ulong)row.Applied);
            writer.Count(row.Row.Length);
            writer.Bytes(row.Row);
            writer.Count(row.Side.Length);
            writer.Bytes(row.Side);
        }

        var flags = (byte)(HasChecksum | (begins ? Begins : 0) | (row is null ? 0 : HasBase));
        var segment = new JournalSegment(entries[0].Position, position, writtenAt, Pack(body.WrittenSpan, flags, foldVersion));
        if (body.Capacity > LargestKept) written = null;
        return segment;
    }

    /// <summary>Reads a segment's entries.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that this code wrote; the message says why.</exception>
    public static IReadOnlyList<LogEntry> Read(JournalSegment segment) => ReadWhole(segment).Entries;

    /// <summary>Reads a segment with what a re-fold can start from.</summary>
    /// <exception cref="InvalidDataException">The bytes are none that this code wrote; the message says why.</exception>
    public static JournalContent ReadWhole(JournalSegment segment)
    {
        ArgumentNullException.ThrowIfNull(segment);
        var head = new ByteReader(Checked(segment.Bytes));
        var version = head.Version(Version, "journal segment");
        var flags = head.Byte();
        if (flags > (version == 1 ? Zstd : Zstd | Begins | HasBase | HasChecksum)) throw new InvalidDataException($"the flags {flags} of a journal segment are not known to this code");
        var foldVersion = version == 1 ? 0 : (int)head.UInt32();
        var reader = (flags & Zstd) != 0 ? new ByteReader(Unpack(ref head)) : new ByteReader(head.Rest());
        var entries = new LogEntry[reader.Count(3)];
        var (position, logTime) = (0L, 0L);
        for (var i = 0; i < entries.Length; i++)
        {
            position += reader.Long();
            logTime += reader.Signed();
            entries[i] = new LogEntry(position, logTime, reader.Take(reader.Count(1)).ToArray());
        }

        CustomerRecord? row = null;
        if ((flags & HasBase) != 0)
        {
            var applied = reader.Long();
            row = new CustomerRecord(applied, foldVersion, reader.Take(reader.Count(1)).ToArray(), reader.Take(reader.Count(1)).ToArray(), false);
        }

        return reader.IsAtEnd
            ? new JournalContent(entries, foldVersion, (flags & Begins) != 0, row)
            : throw new InvalidDataException("there are bytes after the end of the segment");
    }

    private static byte[] Pack(ReadOnlySpan<byte> body, byte flags, int foldVersion)
    {
        if (body.Length >= CompressFrom)
        {
            compressor ??= new ZstdSharp.Compressor(Level);
            var packed = compressor.Wrap(body);
            if (packed.Length < body.Length) return Join(packed, (byte)(flags | Zstd), foldVersion, body.Length);
        }

        return Join(body, flags, foldVersion, null);
    }

    private static byte[] Join(ReadOnlySpan<byte> body, byte flags, int foldVersion, int? rawLength)
    {
        var head = new ArrayBufferWriter<byte>(16);
        var writer = new ByteWriter(head);
        writer.Byte(Version);
        writer.Byte(flags);
        writer.Unsigned((ulong)foldVersion);
        if (rawLength is { } length) writer.Count(length);
        byte[] bytes = [.. head.WrittenSpan, .. body, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - ChecksumBytes), Checksum(bytes.AsSpan(0, bytes.Length - ChecksumBytes)));
        return bytes;
    }

    /// <summary>The bytes without their checksum, which was compared; all of them where there is none.</summary>
    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || (bytes[1] & HasChecksum) == 0) return bytes;
        var end = bytes.Length - ChecksumBytes;
        return end >= 2 && BinaryPrimitives.ReadUInt32LittleEndian(bytes[end..]) == Checksum(bytes[..end])
            ? bytes[..end]
            : throw new InvalidDataException("the segment is damaged: its bytes are not those that were written");
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) => (uint)KeyHash.Hash64(bytes);

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

/// <summary>A journal segment, read.</summary>
/// <param name="Entries">Its entries.</param>
/// <param name="FoldVersion">The fold that took them in; 0 = not said.</param>
/// <param name="Begins">Nothing came before its first entry.</param>
/// <param name="Base">The row after its last entry; null if it holds none.</param>
public sealed record JournalContent(IReadOnlyList<LogEntry> Entries, int FoldVersion, bool Begins, CustomerRecord? Base);
