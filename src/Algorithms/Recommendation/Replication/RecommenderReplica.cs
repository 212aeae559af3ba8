namespace Personalization.Algorithms.Recommendation.Replication;

/// <summary>
/// A recommender that serves while it is kept up to date by a base and numbered deltas.
/// </summary>
/// <remarks>
/// <para>A recommender is a fold of its clicks, so the base is the state after <see cref="Position"/> clicks and a delta is the clicks from a number
/// on. Deltas may come twice or overlap (what is known is skipped) and may
/// not leave a gap: then the replica stays as it is and asks for a base. After the same clicks all replicas answer bit-equally.</para>
/// <para>Readers never wait and see whole deltas (<see cref="LeftRight{T}"/>); one thread applies. The memory is that of two recommenders.</para>
/// </remarks>
/// <typeparam name="T">The recommender.</typeparam>
public sealed class RecommenderReplica<T>
    where T : SessionRecommender
{
    internal const int FormatVersion = 1;
    private readonly LeftRight<T> _recommenders;
    private long _position;

    internal RecommenderReplica(T left, T right, long position)
    {
        _recommenders = new LeftRight<T>(left, right);
        _position = position;
    }

    /// <summary>How many clicks are in: the number that the next delta must not exceed.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Opens the current snapshot for one query.</summary>
    public LeftRight<T>.Lease Read() => _recommenders.Read();

    /// <summary>Takes a delta in; nothing changes on <see cref="DeltaOutcome.Already"/> and <see cref="DeltaOutcome.Gap"/>. From one thread at a
    /// time.</summary>
    public DeltaOutcome Apply(in ClickDelta delta)
    {
        if (delta.From > _position) return DeltaOutcome.Gap;
        if (delta.To <= _position) return DeltaOutcome.Already;
        _recommenders.Write(delta.Clicks.Span[(int)(_position - delta.From)..], static (recommender, clicks) =>
        {
            foreach (ref readonly var click in clicks) recommender.Learn(click);
        });
        Volatile.Write(ref _position, delta.To);
        return DeltaOutcome.Applied;
    }

    /// <summary>Writes the base. Not while a delta is being applied.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(FormatVersion);
        writer.Write(_position);
        using var lease = Read();
        lease.Value.Save(writer);
    }
}
