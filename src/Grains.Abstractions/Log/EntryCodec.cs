using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orleans.Serialization;
using Orleans.Serialization.Buffers;
using Personalization.Decisions;
using Personalization.Events;
using Personalization.Partitions;

namespace Personalization.Log;

/// <summary>
/// Bytes of an entry. The envelope is fixed and written by hand, so that logs, owners and tools read it without any serializer;
/// the payload behind it is written by Orleans' version-tolerant serializer, its type told by <see cref="EntryEnvelope.Kind"/>.
/// </summary>
/// <remarks>
/// Layout, little-endian: schema u8 · kind u8 · traffic u8 · form u8 (1 a checksum follows) · flags u16 · offset minutes i16 · key id u32 ·
/// event time i64 · event-id hash u128 · customer key length u16 · event id length u16 · customer key · event id · payload · checksum u32.
/// The checksum is the low half of the XXH3-64 of everything before it: bits that flipped on a disk make an entry unreadable, and not another one. Entries written before there
/// was one have form 0 and end with the payload.
/// </remarks>
public sealed class EntryCodec(Serializer serializer)
{
    /// <summary>Bytes of the envelope before its two texts.</summary>
    public const int FixedBytes = 40;

    private const int LargestKept = 64 * 1024;
    private const int FormAt = 3;
    private const byte HasChecksum = 1;
    private const int ChecksumBytes = 4;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    /// <summary>Writes an entry. The payload must be of the type that the envelope's kind names.</summary>
    /// <exception cref="ArgumentException">It is not, or a text is too long.</exception>
    public byte[] Write(in EntryEnvelope envelope, object payload)
    {
        var key = envelope.Customer.Text;
        var keyBytes = Encoding.UTF8.GetByteCount(key);
        var idBytes = Encoding.UTF8.GetByteCount(envelope.EventId);
        if (keyBytes > ushort.MaxValue || idBytes > ushort.MaxValue) throw new ArgumentException("customer key and event id must be shorter than 64 KiB", nameof(envelope));

        // Kept by the thread: the serializer asks for spans much larger than what it writes, and a buffer that grows to them costs more than the writing.
        var writer = buffer ??= new ArrayBufferWriter<byte>(4096);
        writer.ResetWrittenCount();
        var head = writer.GetSpan(FixedBytes + keyBytes + idBytes);
        head[0] = EntryEnvelope.Schema;
        head[1] = (byte)envelope.Kind;
        head[2] = (byte)envelope.Traffic;
        head[FormAt] = HasChecksum;
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], (ushort)envelope.Flags);
        BinaryPrimitives.WriteInt16LittleEndian(head[6..], envelope.OffsetMinutes);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], envelope.KeyId);
        BinaryPrimitives.WriteInt64LittleEndian(head[12..], envelope.EventTime);
        BinaryPrimitives.WriteUInt128LittleEndian(head[20..], envelope.EventIdHash);
        BinaryPrimitives.WriteUInt16LittleEndian(head[36..], (ushort)keyBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(head[38..], (ushort)idBytes);
        Encoding.UTF8.GetBytes(key, head[FixedBytes..]);
        Encoding.UTF8.GetBytes(envelope.EventId, head[(FixedBytes + keyBytes)..]);
        writer.Advance(FixedBytes + keyBytes + idBytes);

        switch (envelope.Kind, payload)
        {
            case (EntryKind.Event, CustomerEvent value): serializer.Serialize(value, writer); break;
            case (EntryKind.Traits, TraitsChange value): serializer.Serialize(value, writer); break;
            case (EntryKind.Consent, ConsentChange value): serializer.Serialize(value, writer); break;
            case (EntryKind.Erasure, Erasure value): serializer.Serialize(value, writer); break;
            case (EntryKind.WakeUp, WakeUp value): serializer.Serialize(value, writer); break;
            case (EntryKind.Clock, ClockAdvance value): serializer.Serialize(value, writer); break;
            case (EntryKind.Redrive, Redrive value): serializer.Serialize(value, writer); break;
            case (EntryKind.Decision, DecisionMade value): serializer.Serialize(value, writer); break;
            case (EntryKind.Reward, RewardGiven value): serializer.Serialize(value, writer); break;
            default: throw new ArgumentException($"an entry of kind {envelope.Kind} cannot carry a {payload.GetType().Name}", nameof(payload));
        }

        var checksum = Checksum(writer.WrittenSpan);
        BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(ChecksumBytes), checksum);
        writer.Advance(ChecksumBytes);
        var bytes = writer.WrittenSpan.ToArray();
        // A large entry is rare, and its buffer is not kept for those that follow.
        if (bytes.Length > LargestKept) buffer = null;
        return bytes;
    }

    /// <summary>Reads the envelope alone.</summary>
    /// <exception cref="UnreadableEntryException">The bytes are no entry that this code understands; the message says why.</exception>
    public static EntryEnvelope ReadEnvelope(ReadOnlySpan<byte> bytes)
    {
        var (key, id, _) = Measure(ref bytes);
        return new EntryEnvelope(
            (EntryKind)bytes[1],
            ReadKey(key),
            Encoding.UTF8.GetString(id),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt16LittleEndian(bytes[6..]),
            (Traffic)bytes[2],
            (EntryFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]))
        {
            EventIdHash = BinaryPrimitives.ReadUInt128LittleEndian(bytes[20..]),
        };
    }

    /// <summary>Reads only whose entry it is and of what kind: what an owner needs.</summary>
    /// <exception cref="UnreadableEntryException">The bytes are no entry that this code understands, or are damaged.</exception>
    public static (EntryKind Kind, CustomerKey Customer, long EventTime) ReadRoute(ReadOnlySpan<byte> bytes)
    {
        var (key, _, _) = Measure(ref bytes);
        return ((EntryKind)bytes[1], ReadKey(key), BinaryPrimitives.ReadInt64LittleEndian(bytes[12..]));
    }

    /// <summary>Reads envelope and payload.</summary>
    /// <exception cref="UnreadableEntryException">The bytes are no entry that this code understands; the message says why.</exception>
    public Entry Read(in LogEntry entry)
    {
        var envelope = ReadEnvelope(entry.Bytes);
        ReadOnlySpan<byte> bytes = entry.Bytes;
        var (_, _, start) = Measure(ref bytes);
        var payload = bytes[start..];
        try
        {
            object? value = envelope.Kind switch
            {
                EntryKind.Event => serializer.Deserialize<CustomerEvent>(payload),
                EntryKind.Traits => serializer.Deserialize<TraitsChange>(payload),
                EntryKind.Consent => serializer.Deserialize<ConsentChange>(payload),
                EntryKind.Erasure => serializer.Deserialize<Erasure>(payload),
                EntryKind.WakeUp => serializer.Deserialize<WakeUp>(payload),
                EntryKind.Clock => serializer.Deserialize<ClockAdvance>(payload),
                EntryKind.Redrive => serializer.Deserialize<Redrive>(payload),
                EntryKind.Decision => serializer.Deserialize<DecisionMade>(payload),
                EntryKind.Reward => serializer.Deserialize<RewardGiven>(payload),
                _ => throw new UnreadableEntryException($"kind {(byte)envelope.Kind} is not known to this version"),
            };
            return new Entry(entry.Position, entry.LogTime, envelope, value ?? throw new UnreadableEntryException("the payload is empty"));
        }
        catch (Exception fault) when (fault is not UnreadableEntryException)
        {
            throw new UnreadableEntryException($"the payload of kind {envelope.Kind} at position {entry.Position} cannot be read: {fault.Message}", fault);
        }
    }

    private static (Range Key, Range Id, int Payload) Ranges(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedBytes) throw new UnreadableEntryException($"{bytes.Length} bytes are too few for an entry");
        if (bytes[0] is 0 or > EntryEnvelope.Schema) throw new UnreadableEntryException($"schema {bytes[0]} is not known to this version");
        int key = BinaryPrimitives.ReadUInt16LittleEndian(bytes[36..]);
        int id = BinaryPrimitives.ReadUInt16LittleEndian(bytes[38..]);
        if (bytes.Length < FixedBytes + key + id) throw new UnreadableEntryException("the entry is cut short");
        return (FixedBytes..(FixedBytes + key), (FixedBytes + key)..(FixedBytes + key + id), FixedBytes + key + id);
    }

    /// <summary>Compares the checksum, where there is one, and takes it off.</summary>
    private static EnvelopeTexts Measure(ref ReadOnlySpan<byte> bytes)
    {
        var (key, id, payload) = Ranges(bytes);
        if (bytes[FormAt] != 0)
        {
            var end = bytes.Length - ChecksumBytes;
            if (end < payload || bytes[FormAt] != HasChecksum || BinaryPrimitives.ReadUInt32LittleEndian(bytes[end..]) != Checksum(bytes[..end]))
                throw new UnreadableEntryException("the entry is damaged: its bytes are not those that were written");
            bytes = bytes[..end];
        }

        return new EnvelopeTexts(bytes[key], bytes[id], payload);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) => (uint)KeyHash.Hash64(bytes);

    private static CustomerKey ReadKey(ReadOnlySpan<byte> key)
    {
        try
        {
            return CustomerKey.Parse(Encoding.UTF8.GetString(key));
        }
        catch (FormatException fault)
        {
            throw new UnreadableEntryException(fault.Message, fault);
        }
    }

    private readonly ref struct EnvelopeTexts(ReadOnlySpan<byte> key, ReadOnlySpan<byte> id, int payload)
    {
        private readonly ReadOnlySpan<byte> _key = key;
        private readonly ReadOnlySpan<byte> _id = id;

        public void Deconstruct(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> id, out int start)
        {
            key = _key;
            id = _id;
            start = payload;
        }
    }
}

/// <summary>An entry, read: what the fold takes.</summary>
/// <param name="Position">Its position in the partition.</param>
/// <param name="LogTime">When it was appended, milliseconds since 1970-01-01 UTC.</param>
/// <param name="Envelope">Its head.</param>
/// <param name="Payload">Its body, of the type that the kind names.</param>
public sealed record Entry(long Position, long LogTime, EntryEnvelope Envelope, object Payload);

/// <summary>Bytes in the log that are no entry which this version understands.</summary>
public sealed class UnreadableEntryException : Exception
{
    /// <summary>Makes one.</summary>
    public UnreadableEntryException() { }

    /// <summary>Makes one with what is wrong.</summary>
    public UnreadableEntryException(string message) : base(message) { }

    /// <summary>Makes one with what is wrong and what caused it.</summary>
    public UnreadableEntryException(string message, Exception inner) : base(message, inner) { }
}
