namespace Personalization.Algorithms.Recommendation.Replication;

/// <summary>A numbered batch of clicks: what is sent to the replicas of an index, once per commit rather than once per click.</summary>
/// <param name="From">Number of the first click, counted from 0 over the life of the index: the number of clicks before this batch.</param>
/// <param name="Clicks">The clicks in their order.</param>
public readonly record struct ClickDelta(long From, ReadOnlyMemory<Click> Clicks)
{
    private const int FormatVersion = 1;

    /// <summary>Number of the first click after this batch.</summary>
    public long To => From + Clicks.Length;

    /// <summary>Writes the batch; times as differences, so a click is about 19 bytes.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write((byte)FormatVersion);
        writer.Write7BitEncodedInt64(From);
        writer.Write7BitEncodedInt(Clicks.Length);
        var time = 0L;
        foreach (ref readonly var click in Clicks.Span)
        {
            var difference = click.Time - time;
            writer.Write(click.Session);
            writer.Write(click.Item);
            writer.Write7BitEncodedInt64((difference << 1) ^ (difference >> 63)); // small differences of either sign are short
            time = click.Time;
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static ClickDelta Load(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (reader.ReadByte() is var version and not FormatVersion) throw new InvalidDataException($"delta of format {version}; this is {FormatVersion}.");
        var from = reader.Read7BitEncodedInt64();
        var clicks = new Click[reader.Read7BitEncodedInt()];
        var time = 0L;
        for (var i = 0; i < clicks.Length; i++)
        {
            var (session, item) = (reader.ReadUInt64(), reader.ReadUInt64());
            var coded = reader.Read7BitEncodedInt64();
            time += (long)((ulong)coded >> 1) ^ -(coded & 1);
            clicks[i] = new Click(session, item, time);
        }

        return new ClickDelta(from, clicks);
    }
}
