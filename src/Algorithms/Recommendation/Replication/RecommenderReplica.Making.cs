namespace Personalization.Algorithms.Recommendation.Replication;

/// <summary>Makes and restores replicas.</summary>
public static class RecommenderReplica
{
    /// <summary>A replica without clicks; the factory is called twice and must make equal recommenders.</summary>
    public static RecommenderReplica<T> Empty<T>(Func<T> create)
        where T : SessionRecommender
    {
        ArgumentNullException.ThrowIfNull(create);
        return new RecommenderReplica<T>(create(), create(), 0);
    }

    /// <summary>Restores from a base; the loader is called twice, each time on the same bytes.</summary>
    /// <exception cref="InvalidDataException">Unknown format.</exception>
    public static RecommenderReplica<T> Load<T>(Stream seekable, Func<BinaryReader, T> load)
        where T : SessionRecommender
    {
        ArgumentNullException.ThrowIfNull(seekable);
        ArgumentNullException.ThrowIfNull(load);
        using var reader = new BinaryReader(seekable, System.Text.Encoding.UTF8, leaveOpen: true);
        if (reader.ReadInt32() is var version and not RecommenderReplica<T>.FormatVersion) throw new InvalidDataException($"base of format {version}; this is {RecommenderReplica<T>.FormatVersion}.");
        var position = reader.ReadInt64();
        var start = seekable.Position;
        var left = load(reader);
        seekable.Position = start;
        return new RecommenderReplica<T>(left, load(reader), position);
    }
}
