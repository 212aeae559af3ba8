using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Log;

/// <summary>
/// Whether a partition's log still is the one that the store was folded from, and what to do when it is not. One rule for owners,
/// appenders and tools: <b>a new generation is started only by who claimed the store first, above the highest position that this very
/// claim answered and above everything that the claimant knows of.</b> The claim fences the owner before, and the store takes a row only while the log holds the entry that the row was
/// folded to (<see cref="OwnerFence"/>): so no row of a lost entry is ever written after the loss, above the new start or below it, where it would hide a new entry of the same number.
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
        return await HoldsEntry(log, partition, new EntryMark(state.Position, 0, state.PositionHash), cancellation)
            && await HoldsEntry(log, partition, new EntryMark(state.HighestPosition, 0, state.HighestHash), cancellation);
    }

    /// <summary>
    /// After a claim: sees to it that the log can be read on from <paramref name="state"/>. If log or store went back, starts a new generation above
    /// everything known.
    /// </summary>
    /// <param name="log">The log.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="state">What the caller's own claim answered, and no older state.</param>
    /// <param name="above">The highest position that the caller knows of besides: what it was acknowledged; 0 if none.</param>
    /// <param name="refused">A generation that the caller was told has gone back (<see cref="AppendStatus.WentBack"/>), although the store may notice nothing; 0 if none.</param>
    /// <param name="ended">What the tenure before knew; null if nobody remembers one.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The head to go on from. If its generation is not the state's, it is to be adopted.</returns>
    public static async ValueTask<LogHead> Restore(
        IPartitionLog log, int partition, PartitionState state, long above = 0, ulong refused = 0, EndedTenure? ended = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(state);
        above = Math.Max(Math.Max(above, state.HighestPosition), ended?.Taken.Position ?? 0);
        // A store that lost writes gives their outbox numbers again, so whoever reads them must see another generation too, although the log may be whole.
        if (ended is not null && (state.Writes < ended.Writes || !await HoldsEntry(log, partition, ended.Taken, cancellation))) refused = ended.Generation;
        while (true)
        {
            var head = await log.ReadHead(partition, cancellation);
            if (head.Generation != refused && head.Tail >= above && await Holds(log, partition, state, cancellation)) return head;
            var started = await log.StartGeneration(partition, head.Generation, above, cancellation);
            if (started.GenerationStart > above) return started;
        }
    }

    /// <summary>
    /// What an owner does after its claim: <see cref="Restore"/>, announces its tenure to the log, and if the generation is another than the stored one, counts what was lost and adopts it.
    /// </summary>
    /// <remarks>The adoption is the last and counts as a write of the owner: a loss that takes the announcement takes it too, and is noticed by the owner's next write.</remarks>
    /// <returns>The head and the state to go on from: read after <see cref="PartitionState.Position"/> with its hash. Null: another tenure began.</returns>
    public static async ValueTask<(LogHead Head, PartitionState State)?> Adopt(
        IPartitionLog log, IPartitionStore store, int partition, PartitionState state, EndedTenure? ended = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(state);
        while (true)
        {
            var head = await Restore(log, partition, state, ended: ended, cancellation: cancellation);
            await log.AnnounceEpoch(partition, state.Epoch, cancellation);
            var isNew = head.Generation != state.Generation;
            var lost = !isNew || state.Generation == 0 ? 0 : await CountLost(log, partition, state.Position, head, ended, cancellation);
            var hash = !isNew || await HoldsEntry(log, partition, new EntryMark(state.Position, 0, state.PositionHash), cancellation) ? state.PositionHash : 0;
            var reply = await store.AdoptGeneration(partition, new OwnerFence(state.Epoch, head.Generation, state.Writes), state.Position, hash, lost, cancellation);
            if (reply.Status == OwnerWriteStatus.StaleEpoch) return null;
            if (reply.Status == OwnerWriteStatus.WentBack)
            {
                // What was compared is gone already.
                if ((await store.ReadPartition(partition, cancellation)).Writes < state.Writes) return null;
                continue;
            }

            state = state with { Writes = reply.Writes };
            return (head, isNew ? state with { Generation = head.Generation, PositionHash = hash, HighestHash = 0, Lost = state.Lost + lost } : state);
        }
    }

    /// <summary>
    /// How many positions between the committed one and the start of the present generation hold no entry any longer: what a log that went back lost,
    /// as far as anybody knows. To be counted when the generation is adopted.
    /// </summary>
    public static async ValueTask<long> CountLost(
        IPartitionLog log, int partition, long committed, LogHead head, EndedTenure? ended = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        var end = head.GenerationStart - 1;
        // Somebody who knew less than the ended tenure may have started the generation: what it took beyond the start was of the former one.
        var given = ended is not null && ended.Generation != head.Generation ? Math.Max(end, ended.Taken.Position) : end;
        if (given <= committed) return 0;
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

        return given - committed - held;
    }

    private static async ValueTask<bool> HoldsEntry(IPartitionLog log, int partition, EntryMark entry, CancellationToken cancellation)
    {
        var request = new ReadRequest(partition, entry, generation: 0) with { MaxEntries = 1 };
        return !request.KnowsCursor || (await log.Read(request, cancellation)).Status != ReadStatus.Mismatch;
    }
}
