using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Log;

/// <summary>
/// Whether a partition's log still is the one that the store was folded from, and what to do when it is not. One rule for owners,
/// appenders and tools: <b>a new generation is started only by who claimed the store first, above the highest position that this very
/// claim answered.</b> The claim fences the owner before: it can no longer save rows of the lost entries above the new start, where
/// they would hide new entries of the same numbers.
/// </summary>
public static class LogContinuity
{
    /// <summary>
    /// Compares a log with what the store holds: same generation (or a newer one that begins above all that was folded), a tail at or above the highest
    /// position, the same entry at the committed and at the highest position.
    /// </summary>
    /// <returns>True: the log holds on to everything that was folded.</returns>
    public static async ValueTask<bool> Holds(IPartitionLog log, int partition, PartitionState state, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(state);
        var head = await log.ReadHead(partition, cancellation);
        if (head.Tail < state.HighestPosition) return false;
        if (state.Generation != 0 && head.Generation != state.Generation) return head.GenerationStart > state.HighestPosition;
        return await HoldsEntry(log, partition, state.Position, state.PositionHash, cancellation)
            && await HoldsEntry(log, partition, state.HighestPosition, state.HighestHash, cancellation);
    }

    /// <summary>
    /// After a claim: sees to it that the log can be read on from <paramref name="state"/>. If it went back, starts a new generation above
    /// everything known.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="state">What the caller's own claim answered, and no older state.</param>
    /// <param name="above">The highest position that the caller knows of besides: its cursor, or what it was acknowledged; 0 if none.</param>
    /// <param name="refused">A generation that the caller was told has gone back (<see cref="AppendStatus.WentBack"/>), although the store may notice nothing; 0 if none.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The head to go on from. If its generation is not the state's, it is to be adopted.</returns>
    public static async ValueTask<LogHead> Restore(
        IPartitionLog log, int partition, PartitionState state, long above = 0, ulong refused = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(state);
        above = Math.Max(above, state.HighestPosition);
        while (true)
        {
            var head = await log.ReadHead(partition, cancellation);
            if (head.Generation != refused && head.Tail >= above && await Holds(log, partition, state, cancellation)) return head;
            var started = await log.StartGeneration(partition, head.Generation, above, cancellation);
            if (started.GenerationStart > above) return started;
        }
    }

    /// <summary>
    /// What an owner does after its claim: <see cref="Restore"/>, and if that leaves another generation than the stored one, counts what was lost and adopts it.
    /// </summary>
    /// <returns>The head and the state to go on from: read after <see cref="PartitionState.Position"/> with its hash. Null: another tenure began.</returns>
    public static async ValueTask<(LogHead Head, PartitionState State)?> Adopt(
        IPartitionLog log, IPartitionStore store, int partition, PartitionState state, long above = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(state);
        var head = await Restore(log, partition, state, above, cancellation: cancellation);
        if (head.Generation == state.Generation) return (head, state);
        var lost = state.Generation == 0 ? 0 : await CountLost(log, partition, state.Position, head, cancellation);
        var hash = await HoldsEntry(log, partition, state.Position, state.PositionHash, cancellation) ? state.PositionHash : 0;
        if (!await store.AdoptGeneration(partition, state.Epoch, head.Generation, state.Position, hash, lost, cancellation)) return null;
        return (head, state with { Generation = head.Generation, PositionHash = hash, HighestHash = 0, Lost = state.Lost + lost });
    }

    /// <summary>
    /// How many positions between the committed one and the start of the present generation hold no entry any longer: what a log that went back lost,
    /// as far as anybody knows. To be counted when the generation is adopted.
    /// </summary>
    public static async ValueTask<long> CountLost(IPartitionLog log, int partition, long committed, LogHead head, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var end = head.GenerationStart - 1;
        if (end <= committed) return 0;
        var held = 0L;
        for (var cursor = committed; cursor < end;)
        {
            var reply = await log.Read(new ReadRequest(partition, cursor, head.Generation), cancellation);
            if (reply.Status == ReadStatus.Trimmed) { cursor = reply.Head.First - 1; continue; }
            if (reply.Status != ReadStatus.Read || reply.Entries.Count == 0) break;
            foreach (var entry in reply.Entries)
            {
                if (entry.Position <= end) held++;
                cursor = entry.Position;
            }
        }

        return end - committed - held;
    }

    private static async ValueTask<bool> HoldsEntry(IPartitionLog log, int partition, long position, ulong hash, CancellationToken cancellation)
    {
        if (position == 0 || hash == 0) return true;
        var reply = await log.Read(new ReadRequest(partition, position, CursorHash: hash, MaxEntries: 1), cancellation);
        return reply.Status != ReadStatus.Mismatch;
    }
}
