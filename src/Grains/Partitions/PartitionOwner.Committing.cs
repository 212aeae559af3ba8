using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Personalization.Customers;
using Personalization.Grains.Telemetry;
using Personalization.Stores;

namespace Personalization.Grains.Partitions;

/// <summary>Commits: what customers folded is collected, written in chunks, acknowledged; then the position follows.</summary>
internal sealed partial class PartitionOwner
{
    private static readonly TimeSpan CollectTimeout = TimeSpan.FromSeconds(10);

    private readonly Signal _commitWanted = new();
    private readonly Signal _settled = new();
    private Task? _committing;

    /// <summary>The committed position as stored; that of the obligations may be ahead of it.</summary>
    private long _advanced;

    /// <summary>Chunks written.</summary>
    private long _writes;

    /// <summary>The highest count of writes that the store answered.</summary>
    private long _counted;

    /// <summary>What every write of this tenure names.</summary>
    private OwnerFence Fence => new(Epoch, _head.Generation, _counted);

    private async Task CommitLoop()
    {
        while (IsAtWork)
        {
            await _commitWanted.Wait(UntilCommit(), _services.Time, _stop.Token);
            await Commit();
        }
    }

    /// <summary>
    /// Each partition has its own place within the interval: were all to commit at once, everybody who asks in that moment would wait for all of them.
    /// </summary>
    private TimeSpan UntilCommit()
    {
        var interval = _services.Options.Owner.CommitInterval.Ticks;
        var place = interval * _partition / _services.Log.Partitions;
        return TimeSpan.FromTicks(interval - ((_services.Time.GetUtcNow().UtcTicks + interval - place) % interval));
    }

    /// <summary>Commits once; a call during a commit waits for that one and starts another.</summary>
    private async Task Commit()
    {
        while (_committing is { } running) await running;
        await (_committing = CommitOnce());
    }

    private async Task CommitOnce()
    {
        // A commit that ended at once would leave its task behind as the one under way.
        await Task.Yield();
        try
        {
            await CommitDirty();
        }
        finally
        {
            _committing = null;
        }
    }

    private async Task CommitDirty()
    {
        var dirty = new List<Lane>();
        foreach (var lane in _obligations.Lanes.Values)
        {
            if (lane.IsDirty) dirty.Add(lane);
        }

        var writes = new List<(Lane Lane, CollectReply Reply)>(Math.Min(dirty.Count, CommitChunk.MaxCustomers));
        var bytes = 0;
        foreach (var group in dirty.Chunk(CommitChunk.MaxCustomers))
        {
            foreach (var (lane, reply) in await Task.WhenAll(group.Select(Collect)))
            {
                if (reply?.Write is not { } write) continue;
                if (writes.Count == CommitChunk.MaxCustomers || (writes.Count > 0 && bytes + write.Size > CommitChunk.MaxBytes)) await Flush();
                writes.Add((lane, reply));
                bytes += write.Size;
            }
        }

        await Flush();
        await MovePosition();
        return;

        async Task Flush()
        {
            if (writes.Count > 0) await WriteChunk(writes, bytes);
            writes.Clear();
            bytes = 0;
        }
    }

    private async Task<(Lane Lane, CollectReply? Reply)> Collect(Lane lane)
    {
        if (!lane.IsDirty) return (lane, null);
        var asked = _services.Time.GetUtcNow();
        try
        {
            var reply = await GrainOf(lane).Collect(new CollectRequest(Epoch, lane.Previous)).WaitAsync(CollectTimeout, _services.Time, _stop.Token);
            switch (reply.Status)
            {
                case ApplyStatus.StaleEpoch:
                    throw new TenureEndedException(_partition, Epoch);
                case ApplyStatus.Gap:
                    lane.Rewind(reply.Applied);
                    Schedule(lane);
                    return (lane, null);
                default:
                    lane.WithholdingSince = null;
                    if (reply.Write is null) _obligations.Saved(lane, reply.Saved);
                    return (lane, reply);
            }
        }
        catch (Exception fault) when (!IsEnd(fault))
        {
            // It stays owed; the next commit asks again, and a customer that is gone is filled from its row.
            CollectFailed(_services.Logger, lane.Customer.Text, fault);
            lane.WithholdingSince ??= asked;
            if (_services.Time.GetUtcNow() - lane.WithholdingSince >= _services.Options.Owner.ParkAfter)
            {
                // It folds, but what it folded cannot be written: it may not hold the position back either.
                await ParkLane(lane);
                return (lane, null);
            }

            lane.Rewind(0);
            Schedule(lane);
            return (lane, null);
        }
    }

    private async Task WriteChunk(List<(Lane Lane, CollectReply Reply)> writes, int bytes)
    {
        var started = Stopwatch.GetTimestamp();
        var names = writes.SelectMany(write => write.Reply.Names).DistinctBy(name => name.Key).ToList();
        if (names.Count > 0) await Retried(() => _services.Names.Write(names, _stop.Token).AsTask());

        var chunk = new CommitChunk(_partition, Fence, [.. writes.Select(write => write.Reply.Write!)]);
        CommitReply? reply = null;
        await Retried(async () => reply = await _services.Store.Commit(chunk, _stop.Token));
        Require(reply!.Owner);
        _writes++;

        await Task.WhenAll(writes.Select((write, index) => Conclude(write.Lane, write.Reply.Write!, reply.Outcomes[index])));
        _services.Metrics.Committed(writes.Count, bytes, Stopwatch.GetElapsedTime(started));
    }

    private async Task Conclude(Lane lane, CustomerWrite write, CommitOutcome outcome)
    {
        try
        {
            await GrainOf(lane).Acknowledge(new Acknowledgement(Epoch, write.Applied, outcome, write.Base)).WaitAsync(CollectTimeout, _services.Time, _stop.Token);
        }
        catch (Exception fault) when (!IsEnd(fault))
        {
            // An activation that missed it hands the same over again, and its versioned write then says so.
            CollectFailed(_services.Logger, lane.Customer.Text, fault);
        }

        if (outcome == CommitOutcome.Conflict)
        {
            // The activation folded from something else than what is stored; it reloads, and gets again all that is owed.
            CommitConflict(_services.Logger, lane.Customer.Text, write.Base, write.Applied);
            lane.Rewind(0);
            Schedule(lane);
            return;
        }

        if (write.ClearsPark) _parks.Remove(lane.Customer);
        if (write.DeadLetters.Count > 0) _services.Metrics.DeadLettered(write.DeadLetters.Count);
        _obligations.Saved(lane, write.Applied);
        _settled.Set();
    }

    /// <summary>
    /// Moves the position to what is saved. One that stands still is told again: the store then compares and writes nothing, so an owner without work too learns that log or store lost what
    /// it believes to be there.
    /// </summary>
    private async Task MovePosition()
    {
        _obligations.Settle();
        var position = _obligations.Committed;
        var unreadable = _obligations.UnreadableUpToCommitted();
        var advance = new PositionAdvance(_partition, Fence, _obligations.CommittedEntry, _obligations.CommittedEventTime, unreadable);
        OwnerWriteReply reply = default;
        await Retried(async () => reply = await _services.Store.Advance(advance, _stop.Token));
        Require(reply);
        if (position <= _advanced) return;
        _obligations.DropUnreadable(position);
        _advanced = position;
        _services.Metrics.Position(_partition, _head.Tail, position, _obligations.OldestLogTime, _services.Time);
        _entriesWanted.Set();
        _settled.Set();
    }

    /// <summary>Draws the conclusion from the answer to a write: one that was refused ends the tenure.</summary>
    private void Require(in OwnerWriteReply reply)
    {
        switch (reply.Status)
        {
            case OwnerWriteStatus.StaleEpoch:
                throw new TenureEndedException(_partition, Epoch);
            case OwnerWriteStatus.WentBack:
                throw new LogChangedException($"log or store of partition {_partition} went back: they no longer hold what was taken up to {_obligations.Cursor} and written up to write {_counted}");
            default:
                _counted = Math.Max(_counted, reply.Writes);
                break;
        }
    }

    /// <summary>Waits until something was folded or committed, or a moment has passed.</summary>
    private Task<bool> Settled(CancellationToken cancellation) => _settled.Wait(TimeSpan.FromMilliseconds(20), _services.Time, cancellation);

    /// <summary>Repeats an idempotent write, identically, until its outcome is known.</summary>
    private async Task Retried(Func<Task> write)
    {
        for (var wait = FirstRetry; ; wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception fault) when (!IsEnd(fault))
            {
                WriteFailed(_services.Logger, _partition, fault);
                await Task.Delay(wait, _services.Time, _stop.Token);
            }
        }
    }

    [LoggerMessage(EventId = 3021, Level = LogLevel.Warning, Message = "Customer {Customer} did not hand over what it folded, or did not hear that it was saved; it is asked again")]
    private static partial void CollectFailed(ILogger logger, string customer, Exception fault);

    [LoggerMessage(EventId = 3022, Level = LogLevel.Warning, Message = "Customer {Customer} folded from version {Base}, which is not the stored one, to {Applied}; it reloads")]
    private static partial void CommitConflict(ILogger logger, string customer, long @base, long applied);

    [LoggerMessage(EventId = 3023, Level = LogLevel.Warning, Message = "A write of partition {Partition} has no known outcome; the identical one is repeated")]
    private static partial void WriteFailed(ILogger logger, int partition, Exception fault);
}
