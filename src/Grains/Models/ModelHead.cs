namespace Personalization.Grains.Models;

/// <summary>
/// The document that says what a model has come to: its state, or where that is stored, and the outbox numbers that are in it. Writing it by
/// compare-and-set is the one moment at which learning counts.
/// </summary>
internal sealed record ModelHead
{
    private const byte FormatVersion = 1;

    /// <summary>The tenure that wrote it.</summary>
    public Guid Tenure { get; init; }

    /// <summary>The revision of the model that is stored.</summary>
    public long Revision { get; init; }

    /// <summary>By partition: the last outbox number that is in the state.</summary>
    public IReadOnlyList<OutboxMark> Marks { get; init; } = [];

    public long Examples { get; init; }

    public long Skipped { get; init; }

    public long Failed { get; init; }

    public long Missed { get; init; }

    /// <summary>The state itself, where it is stored whole.</summary>
    public byte[]? State { get; init; }

    /// <summary>Where changes are kept: what they do not carry.</summary>
    public byte[] Rest { get; init; } = [];

    /// <summary>The base, where changes are kept; null while there is none.</summary>
    public StoredBase? Base { get; init; }

    /// <summary>The changes since the base, in order.</summary>
    public IReadOnlyList<StoredSegment> Segments { get; init; } = [];

    /// <summary>The documents that it refers to.</summary>
    public IEnumerable<string> Documents => (Base?.Keys ?? []).Concat(Segments.Select(segment => segment.Key));

    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(FormatVersion);
        writer.Write(Tenure.ToByteArray());
        writer.Write(Revision);
        writer.Write7BitEncodedInt(Marks.Count);
        foreach (var mark in Marks)
        {
            writer.Write(mark.IsKnown);
            writer.Write(mark.Number);
            writer.Write(mark.Generation);
        }

        writer.Write(Examples);
        writer.Write(Skipped);
        writer.Write(Failed);
        writer.Write(Missed);
        writer.Write7BitEncodedInt(State?.Length ?? -1);
        if (State is not null) writer.Write(State);
        writer.Write7BitEncodedInt(Rest.Length);
        writer.Write(Rest);
        writer.Write7BitEncodedInt(Base?.Chunks ?? -1);
        if (Base is not null)
        {
            writer.Write(Base.Prefix);
            writer.Write(Base.Bytes);
            writer.Write(Base.Revision);
        }

        writer.Write7BitEncodedInt(Segments.Count);
        foreach (var segment in Segments)
        {
            writer.Write(segment.Key);
            writer.Write(segment.Bytes);
        }

        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are of another form.</exception>
    public static ModelHead Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadByte() is var version and not FormatVersion) throw new InvalidDataException($"a model of format {version}; this silo reads {FormatVersion}: upgrade it");
        var head = new ModelHead { Tenure = new Guid(reader.ReadBytes(16)), Revision = reader.ReadInt64() };
        var marks = new OutboxMark[reader.Read7BitEncodedInt()];
        for (var i = 0; i < marks.Length; i++) marks[i] = new OutboxMark(reader.ReadBoolean(), reader.ReadInt64(), reader.ReadUInt64());
        head = head with { Marks = marks, Examples = reader.ReadInt64(), Skipped = reader.ReadInt64(), Failed = reader.ReadInt64(), Missed = reader.ReadInt64() };
        var state = reader.Read7BitEncodedInt();
        if (state >= 0) head = head with { State = reader.ReadBytes(state) };
        head = head with { Rest = reader.ReadBytes(reader.Read7BitEncodedInt()) };
        var chunks = reader.Read7BitEncodedInt();
        if (chunks >= 0) head = head with { Base = new StoredBase(reader.ReadString(), chunks, reader.ReadInt64(), reader.ReadInt64()) };
        var segments = new StoredSegment[reader.Read7BitEncodedInt()];
        for (var i = 0; i < segments.Length; i++) segments[i] = new StoredSegment(reader.ReadString(), reader.ReadInt32());
        return head with { Segments = segments };
    }
}

/// <summary>How far a model has learned a partition's outbox.</summary>
/// <param name="IsKnown">Whether the learner has registered there.</param>
/// <param name="Number">The last number learned.</param>
/// <param name="Generation">The log's generation at the time: together they tell whether the store went back.</param>
internal readonly record struct OutboxMark(bool IsKnown, long Number, ulong Generation);

/// <summary>A whole state in pieces.</summary>
internal sealed record StoredBase(string Prefix, int Chunks, long Bytes, long Revision)
{
    public IEnumerable<string> Keys => Enumerable.Range(0, Chunks).Select(KeyOf);

    public string KeyOf(int chunk) => $"{Prefix}-{chunk:D5}";
}

/// <summary>Changes after the base.</summary>
internal readonly record struct StoredSegment(string Key, int Bytes);
