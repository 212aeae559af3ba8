using Personalization.Algorithms.Recommendation;
using Personalization.Algorithms.Recommendation.Replication;

namespace Personalization.Engine.Recommendations.Indexes;

/// <summary>A change of the indexes as it is sent and stored: numbered clicks, and now and then the weights of the mix.</summary>
internal static class IndexChange
{
    private const byte WithWeights = 1;

    public static byte[] Write(long from, ReadOnlyMemory<Click> clicks, ReadOnlySpan<byte> weights)
    {
        using var stream = new MemoryStream(16 + (20 * clicks.Length) + weights.Length);
        using var writer = new BinaryWriter(stream);
        writer.Write(weights.IsEmpty ? (byte)0 : WithWeights);
        new ClickDelta(from, clicks).Save(writer);
        writer.Write(weights);
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">The bytes are of another form.</exception>
    public static (ClickDelta Clicks, byte[] Weights) Read(ReadOnlySpan<byte> change)
    {
        using var stream = new MemoryStream(change.ToArray());
        using var reader = new BinaryReader(stream);
        try
        {
            var flags = reader.ReadByte();
            var clicks = ClickDelta.Load(reader);
            return (clicks, (flags & WithWeights) == 0 ? [] : reader.ReadBytes((int)(stream.Length - stream.Position)));
        }
        catch (EndOfStreamException cut)
        {
            throw new InvalidDataException("a change of the indexes ends before its end", cut);
        }
    }

    /// <summary>Makes the change on indexes that stand just before it.</summary>
    public static void Apply(ItemIndexes indexes, in ClickDelta clicks, byte[] weights)
    {
        if (clicks.From != indexes.Position) throw new InvalidDataException($"clicks from number {clicks.From} do not join on to {indexes.Position}");
        indexes.Learn(clicks.Clicks.Span);
        LoadWeights(indexes, weights);
    }

    public static void LoadWeights(ItemIndexes indexes, byte[] weights)
    {
        if (weights.Length == 0) return;
        using var reader = new BinaryReader(new MemoryStream(weights));
        indexes.Mix.LoadWeights(reader);
    }

    public static byte[] SaveWeights(ItemIndexes indexes)
    {
        using var stream = new MemoryStream(2048);
        using var writer = new BinaryWriter(stream);
        indexes.Mix.SaveWeights(writer);
        return stream.ToArray();
    }
}
