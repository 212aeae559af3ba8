using Microsoft.Extensions.Logging;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Partitions;

/// <summary>Taking entries: the stream hints, the log is read wherever a hint is missing.</summary>
internal sealed partial class PartitionOwner
{
    /// <summary>After so much silence the owner compares its cursor with the log's tail.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    /// <summary>Bytes of uncommitted entries at which reading pauses, whatever their number.</summary>
    private const long MaxUncommittedBytes = 64L << 20;

    /// <summary>
    /// How long the log may fail to answer before the tenure ends: the next one has to ask more of it, and every customer then reads its row again. Yet customers fail as well
    /// while the store is silent, and none may be parked for that.
    /// </summary>
    private TimeSpan ReadPatience => _services.Options.Owner.ParkAfter / 3;

    private readonly Signal _entriesWanted = new();
    private long _readAt;

    /// <summary>The highest entry that a reader was given before the cursor came to it: that customer would skip what the log holds there if it went back meanwhile.</summary>
    private EntryMark _handedOut;

    private Task<long>? _reading;

    /// <summary>
    /// A hint from the stream: entries that follow the cursor are taken, lower ones skipped; a hole makes the owner read, and so does another generation, or another entry at the
    /// cursor: one of the two is then not what the log holds, and the log says which. It awaits nothing.
    /// </summary>
    public void Offer(LogBatch batch)
    {
        if (!IsAtWork || batch.Entries.Count == 0) return;
        if (batch.Generation != _head.Generation || batch.Previous.Contradicts(_obligations.CursorEntry) || _handedOut.Position > _obligations.Cursor)
        {
            _entriesWanted.Set();
            return;
        }

        foreach (var entry in batch.Entries)
        {
            if (entry.Position < _obligations.Cursor) continue;
            if (entry.Position == _obligations.Cursor && !entry.Mark.Contradicts(_obligations.CursorEntry)) continue;
            if (entry.Position != _obligations.Cursor + 1 || !HasRoom)
            {
                _entriesWanted.Set();
                return;
            }

            Take(entry);
        }
    }

    /// <summary>
    /// A customer's entries after a position, up to the log's tail as of now. Everything up to the tail is taken first, so the answer needs neither
    /// lanes nor inbox; what is taken already is at hand.
    /// </summary>
    public async Task<CatchUpReply> CatchUp(CustomerKey customer, long after)
    {
        try
        {
            return await Owed(customer, after);
        }
        catch (LogChangedException fault)
        {
            End(fault);
            throw;
        }
    }

    private async Task<CatchUpReply> Owed(CustomerKey customer, long after)
    {
        var tail = (await _services.Log.ReadHead(_partition, _stop.Token)).Tail;
        if (!_parks.ContainsKey(customer)) await TakeUpTo(tail, _stop.Token);

        // Asked afterwards: a customer that was parked meanwhile has no lane any more, and what it is owed is in the log.
        if (_parks.TryGetValue(customer, out var parkedFrom)) return new CatchUpReply(true, tail, await Scan(customer, Math.Max(after, parkedFrom - 1), tail), Epoch);
        var entries = _obligations.Lanes.TryGetValue(customer, out var lane) ? lane.After(after) : [];
        return _obligations.Cursor >= tail
            ? new CatchUpReply(true, tail, entries, Epoch)
            : new CatchUpReply(true, tail, [.. entries, .. await Scan(customer, Math.Max(after, _obligations.Cursor), tail)], Epoch);
    }

    private bool HasRoom => _obligations.Uncommitted < _services.Options.Owner.MaxUncommitted && _obligations.UncommittedBytes < MaxUncommittedBytes;

    private async Task ReadLoop()
    {
        while (IsAtWork)
        {
            try
            {
                await ReadToTail();
            }
            catch (TimeoutException fault) when (_services.Time.GetElapsedTime(_readAt) < ReadPatience)
            {
                ReadFailed(_services.Logger, _partition, fault);
                await Task.Delay(FirstRetry, _services.Time, _stop.Token);
                continue;
            }

            await _entriesWanted.Wait(Silence, _services.Time, _stop.Token);
        }
    }

    private async Task ReadToTail()
    {
        while (true)
        {
            // Of what hints bring while the head is on its way, the head need not know.
            var taken = _obligations.CursorEntry;
            var known = Math.Max(taken.Position, _handedOut.Position);
            var head = await _services.Log.ReadHead(_partition, _stop.Token);
            if (head.Generation != _head.Generation || head.Tail < known || head.TailEntry.Contradicts(taken))
                throw new LogChangedException($"the log of partition {_partition} ends at {head.Tail}, but {known} was read: it went back");
            _head = head;
            _readAt = _services.Time.GetTimestamp();
            if (_head.Tail <= _obligations.Cursor || !HasRoom) return;
            await TakeUpTo(_head.Tail, _stop.Token);
        }
    }

    /// <summary>Takes everything up to a position that was the log's tail, if there is room. One read at a time; others wait for it.</summary>
    private async Task TakeUpTo(long position, CancellationToken cancellation)
    {
        while (_obligations.Cursor < position && HasRoom)
        {
            // Only a read that began after the tail was seen can say that it is gone.
            var isLater = _reading is null;
            var tail = await (_reading ??= ReadOnce()).WaitAsync(cancellation);
            if (isLater && tail < position) throw new LogChangedException($"the log of partition {_partition} ended at {position} and now ends at {tail}: it went back");
        }
    }

    /// <summary>Reads and takes what follows the cursor; answers the log's tail.</summary>
    private async Task<long> ReadOnce()
    {
        // A read that ended at once would leave its task behind as the one under way.
        await Task.Yield();
        try
        {
            if (_handedOut.Position > _obligations.Cursor) await Compare(_handedOut);
            var reply = await _services.Log.Read(new ReadRequest(_partition, _obligations.CursorEntry, _head.Generation), _stop.Token);
            switch (reply.Status)
            {
                case ReadStatus.Mismatch:
                    throw new LogChangedException($"the log of partition {_partition} is no longer what was read up to position {_obligations.Cursor}");
                case ReadStatus.Trimmed:
                    throw new LogChangedException($"the log of partition {_partition} begins at {reply.Head.First}, but {_obligations.Cursor} is the last position that was taken: entries were removed from outside");
                default:
                    _head = reply.Head;
                    foreach (var entry in reply.Entries)
                    {
                        if (entry.Position <= _obligations.Cursor) continue; // A hint was quicker.
                        if (entry.Position == _handedOut.Position && entry.Mark.Contradicts(_handedOut))
                            throw new LogChangedException($"the log of partition {_partition} no longer holds what a reader was given at {entry.Position}");
                        if (entry.Position != _obligations.Cursor + 1)
                        {
                            // Positions below the present generation's start may be missing: each generation begins above all that was known.
                            if (entry.Position > reply.Head.GenerationStart)
                                throw new LogChangedException($"the log of partition {_partition} has a hole: position {entry.Position} follows {_obligations.Cursor}");
                            _obligations.JumpTo(entry.Position);
                        }

                        Take(entry);
                    }

                    // A generation that holds nothing yet: there is nothing up to its start, and nothing will come.
                    if (reply.Entries.Count == 0 && reply.Head.Tail > _obligations.Cursor && reply.Head.Tail < reply.Head.GenerationStart) _obligations.JumpTo(reply.Head.GenerationStart);
                    return reply.Head.Tail;
            }
        }
        finally
        {
            _reading = null;
        }
    }

    private void Take(in LogEntry entry)
    {
        _services.Metrics.Taken(entry, _services.Time);
        try
        {
            var (kind, customer, eventTime) = EntryCodec.ReadRoute(entry.Bytes);
            switch (kind)
            {
                case EntryKind.Clock:
                    _obligations.TakePassed(entry, eventTime);
                    _clockMoved.Set();
                    break;
                case not (EntryKind.Event or EntryKind.Traits or EntryKind.Consent or EntryKind.Erasure or EntryKind.WakeUp or EntryKind.Redrive or EntryKind.Decision or EntryKind.Reward):
                    // The fold would refuse it too; an unknown kind is a newer version's, so it stays visible as a dead letter.
                    _obligations.TakeUnreadable(entry, $"kind {(byte)kind} is not known to this version");
                    _services.Metrics.DeadLettered(1);
                    break;
                case var _ when _parks.ContainsKey(customer) && !_reviving.Contains(customer):
                    _obligations.TakePassed(entry, kind == EntryKind.Event ? eventTime : 0);
                    break;
                default:
                    Schedule(_obligations.Take(entry, customer, kind == EntryKind.Event ? eventTime : 0));
                    break;
            }
        }
        catch (UnreadableEntryException unreadable)
        {
            _obligations.TakeUnreadable(entry, unreadable.Message);
            _services.Metrics.DeadLettered(1);
        }

        _obligations.Settle();
        if (!HasRoom) _commitWanted.Set();
    }

    /// <summary>
    /// A customer's entries in a stretch of the log, read from the log itself. It ends with a comparison at the cursor: of a log that went back, and grew again, the stretch may be another
    /// one than that of which the customer has the beginning.
    /// </summary>
    private async Task<List<LogEntry>> Scan(CustomerKey customer, long after, long upTo)
    {
        var found = new List<LogEntry>();
        EntryMark? last = null;
        while (after < upTo)
        {
            var reply = await _services.Log.Read(new ReadRequest(_partition, last ?? new EntryMark(after, 0, 0), _head.Generation), _stop.Token);
            if (reply.Status == ReadStatus.Trimmed && reply.Head.First - 1 > after)
            {
                // Whoever trimmed knew of no park there, so all of it is in the row.
                (after, last) = (reply.Head.First - 1, null);
                continue;
            }

            if (reply.Status != ReadStatus.Read) throw new LogChangedException($"the log of partition {_partition} no longer holds what follows {after}");
            if (reply.Entries.Count == 0) break;
            foreach (var entry in reply.Entries)
            {
                after = entry.Position;
                if (after <= upTo && TryRoute(entry, out var owner) && owner == customer) found.Add(entry);
            }

            last = reply.Entries[^1].Mark;
        }

        await Compare(_obligations.CursorEntry);
        if (found.Count > 0 && found[^1].Position > Math.Max(_obligations.Cursor, _handedOut.Position)) _handedOut = found[^1].Mark;
        return found;
    }

    /// <summary>Sees to it that the log still holds an entry, and with it all before.</summary>
    private async Task Compare(EntryMark entry)
    {
        var reply = await _services.Log.Read(new ReadRequest(_partition, entry, _head.Generation) with { MaxEntries = 1 }, _stop.Token);
        if (reply.Status == ReadStatus.Mismatch) throw new LogChangedException($"the log of partition {_partition} is no longer what was read up to position {entry.Position}");
    }

    private static bool TryRoute(in LogEntry entry, out CustomerKey customer)
    {
        try
        {
            (_, customer, _) = EntryCodec.ReadRoute(entry.Bytes);
            return true;
        }
        catch (UnreadableEntryException)
        {
            customer = default;
            return false;
        }
    }

    [LoggerMessage(EventId = 3005, Level = LogLevel.Warning, Message = "The log of partition {Partition} does not answer; it is read again")]
    private static partial void ReadFailed(ILogger logger, int partition, Exception fault);
}

/// <summary>The log is not what it was: the tenure ends, and the next one finds out what was lost.</summary>
[GenerateSerializer, Alias("personalization.LogChangedException")]
public sealed class LogChangedException : Exception
{
    /// <summary>Makes one.</summary>
    public LogChangedException() { }

    /// <summary>Makes one with what happened.</summary>
    public LogChangedException(string message) : base(message) { }

    /// <summary>Makes one with what happened and what caused it.</summary>
    public LogChangedException(string message, Exception inner) : base(message, inner) { }
}
