using Personalization.Customers;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>The owner of the partition under one tenure: cursor, lanes, obligations, one chunk under way.</summary>
public sealed class ModelOwner
{
    private readonly World _world;
    private readonly ModelLane[] _lanes = [.. Enumerable.Range(0, World.Customers).Select(_ => new ModelLane())];
    private readonly Dictionary<long, EntryMark> _marks = [];
    private readonly ulong _generation;
    private long _cursor;
    private long _committed;
    private long _writes;
    private EntryMark _handedOut;
    private CommitChunk? _chunk;

    private ModelOwner(World world, LogHead head, PartitionState state)
    {
        _world = world;
        Epoch = state.Epoch;
        _generation = head.Generation;
        _cursor = _committed = state.Position;
        _writes = state.Writes;
        _marks[_cursor] = new EntryMark(_cursor, 0, state.PositionHash);
        for (var i = 0; i < _lanes.Length; i++)
        {
            if (!state.Parks.TryGetValue(ModelEntry.Key(i), out var from)) continue;
            _lanes[i].Parked = _lanes[i].HasPark = true;
            _lanes[i].ParkFrom = from;
        }
    }

    public Epoch Epoch { get; }

    /// <summary>It has learnt that it is no owner any longer, or that the log went back.</summary>
    public bool Stopped { get; private set; }

    /// <summary>What the next claim is told.</summary>
    public EndedTenure Known => new(Epoch, _generation, _handedOut.Position > _cursor ? _handedOut : Mark(_cursor), _writes);

    private OwnerFence Fence => new(Epoch, _generation, _writes);

    /// <summary>Everything taken is saved, nothing is parked or under way.</summary>
    public bool Idle => _chunk is null && _lanes.All(lane => lane.Taken.Count == 0 && !lane.Parked);

    public override string ToString() =>
        $"{Epoch} at {_cursor}, committed {_committed}, stopped {Stopped}, chunk {_chunk?.Customers.Count}, lanes [{string.Join("; ", _lanes.Select(lane => $"{lane.Taken.Count} taken, delivered {lane.Delivered}, parked {lane.Parked}"))}]";

    public static async ValueTask<ModelOwner?> Claim(World world, ulong nonce, EndedTenure? ended)
    {
        if (world.Mutation == Mutation.ForgetEnded) ended = null;
        var announced = (await world.Log.ReadHead(0)).Epoch.Counter;
        var state = await world.Store.Claim(0, nonce, Math.Max(announced, ended?.Epoch.Counter ?? 0));
        if (world.Mutation == Mutation.StartAtTail && state.Generation != 0 && !await LogContinuity.Holds(world.Log, 0, state))
            await world.Log.StartGeneration(0, (await world.Log.ReadHead(0)).Generation, 0);
        var adopted = world.Mutation == Mutation.StartAtTail
            ? await AdoptAnything(world, state)
            : await LogContinuity.Adopt(world.Log, world.Store, 0, state, ended);
        if (adopted is not { } present) return null;
        if (world.Mutation == Mutation.StartAtTail) await world.Log.AnnounceEpoch(0, present.State.Epoch);
        return new ModelOwner(world, present.Head, present.State);
    }

    /// <summary>Entries from the stream: used where they go on from the cursor, else the log is read.</summary>
    public async ValueTask TakeHint(LogBatch hint)
    {
        if (Stopped || hint.Generation != _generation) return;
        if (_handedOut.Position > _cursor || hint.Previous.Contradicts(Mark(_cursor)) && _world.Mutation != Mutation.TrustHints)
        {
            await TakeFromLog(100);
            return;
        }

        var entries = hint.Entries;
        foreach (var entry in entries)
        {
            if (entry.Position < _cursor || (entry.Position == _cursor && !entry.Mark.Contradicts(Mark(_cursor)))) continue;
            if (entry.Position == _cursor)
            {
                await TakeFromLog(100);
                return;
            }

            if (entry.Position > _cursor + 1 && _world.Mutation != Mutation.SkipHole)
            {
                await TakeFromLog(100);
                return;
            }

            Take(entry);
        }
    }

    public async ValueTask TakeFromLog(int max)
    {
        if (Stopped) return;
        if (_handedOut.Position > _cursor && !await IsHeld(_handedOut))
        {
            Stopped = true;
            return;
        }

        var reply = await _world.Log.Read(new ReadRequest(0, Mark(_cursor), _generation) with { MaxEntries = max });
        if (reply.Status != ReadStatus.Read)
        {
            Stopped = true;
            return;
        }

        foreach (var entry in reply.Entries) Take(entry);
    }

    public async ValueTask Deliver(int number, int max, Fault fault)
    {
        var lane = _lanes[number];
        var customer = _world.Customer(number);
        if (Stopped || lane.Parked || customer.Silent || fault == Fault.LostRequest) return;
        var entries = lane.Taken.Where(entry => entry.Position > lane.Delivered).Take(max).ToArray();
        if (entries.Length == 0) return;
        var reply = await customer.Apply(new ApplyRequest(Epoch, lane.Delivered, entries));
        if (fault == Fault.LostReply) return;
        if (await Settle(number, reply.Status, reply.Applied, reply.Saved)) lane.Delivered = Math.Max(lane.Delivered, entries[^1].Position);
    }

    public async ValueTask Collect(int first, Fault fault)
    {
        if (Stopped || _chunk is not null) return;
        var writes = new List<CustomerWrite>();
        for (var i = 0; i < _lanes.Length; i++)
        {
            var number = (first + i) % _lanes.Length;
            var lane = _lanes[number];
            var customer = _world.Customer(number);
            if (lane.Parked || lane.Taken.Count == 0 || customer.Silent || fault == Fault.LostRequest) continue;
            var reply = await customer.Collect(new CollectRequest(Epoch, lane.Delivered));
            if (fault == Fault.LostReply) continue;
            if (!await Settle(number, reply.Status, reply.Applied, reply.Saved) || reply.Write is null) continue;
            var clears = lane.HasPark && (reply.Write.Applied >= lane.Highest || _world.Mutation == Mutation.ClearParkAlways);
            writes.Add(reply.Write with { ClearsPark = clears });
            if (_world.Mutation == Mutation.ForgetBeforeSaved) lane.Drop(reply.Write.Applied);
        }

        if (!Stopped && writes.Count > 0) _chunk = new CommitChunk(0, Fence, writes);
    }

    public async ValueTask Commit(Fault fault, bool losesAcknowledgements)
    {
        if (Stopped || _chunk is not { } chunk) return;
        _world.MayArriveLate(chunk);
        if (fault == Fault.LostRequest) return;
        var reply = await _world.Commit(chunk);
        if (fault == Fault.LostReply) return;
        _chunk = null;
        if (!MayGoOn(reply.Owner)) return;

        for (var i = 0; i < reply.Outcomes.Count; i++)
        {
            var write = chunk.Customers[i];
            var number = World.NumberOf(write.Customer);
            if (reply.Outcomes[i] != CommitOutcome.Conflict)
            {
                _lanes[number].Drop(write.Applied, raisesPrevious: _world.Mutation != Mutation.RedeliverBelowSaved);
                if (write.ClearsPark) (_lanes[number].HasPark, _lanes[number].ParkFrom) = (false, long.MaxValue);
            }

            if (!losesAcknowledgements) await _world.Customer(number).Acknowledge(new Acknowledgement(Epoch, write.Applied, reply.Outcomes[i], write.Base));
        }
    }

    public async ValueTask Advance()
    {
        if (Stopped) return;
        var unsaved = _lanes.Where(lane => lane.Taken.Count > 0).Select(lane => lane.Taken[0].Position - 1).Append(_cursor).Min();
        var position = _world.Mutation == Mutation.IgnoreObligations ? _cursor : unsaved;
        // Told also where it stands still: the store compares.
        if (MayGoOn(await _world.Advance(new PositionAdvance(0, Fence, Mark(position), 0, [])))) _committed = position;
    }

    /// <summary>The customer does not answer: its entries are left to the log, and the position may pass them.</summary>
    public async ValueTask Park(int number, Fault fault)
    {
        var lane = _lanes[number];
        if (Stopped || lane.Parked || lane.Taken.Count == 0) return;
        if (_world.Mutation != Mutation.ParkWhileCommitting && _chunk?.Customers.Any(write => write.Customer == ModelEntry.Key(number)) == true) return;
        var from = lane.Taken[0].Position;
        lane.HasPark = true;
        lane.ParkFrom = Math.Min(lane.ParkFrom, from);
        if (_world.Mutation != Mutation.ParkInMemory && fault != Fault.LostRequest && !MayGoOn(await _world.Park(Fence, ModelEntry.Key(number), lane.Taken[0].Mark))) return;

        if (fault != Fault.None) return;
        lane.Parked = true;
        lane.Taken.Clear();
        lane.Delivered = ApplyRequest.Unknown;
    }

    /// <summary>The customer answers again: its entries are taken from the log, from the park's start on.</summary>
    public async ValueTask Unpark(int number)
    {
        var lane = _lanes[number];
        if (Stopped || !lane.Parked || _world.Customer(number).Silent) return;
        var reply = await _world.Log.Read(new ReadRequest(0, lane.ParkFrom - 1, _generation, MaxEntries: 1000));
        if (reply.Status != ReadStatus.Read)
        {
            Stopped = true;
            return;
        }

        if (_world.Mutation != Mutation.FillBlindly && !await IsHeld(Mark(_cursor)))
        {
            Stopped = true;
            return;
        }

        lane.Parked = false;
        lane.Taken.AddRange(reply.Entries.Where(entry => entry.Position <= _cursor && ModelEntry.Read(entry.Bytes).Customer == number));
        lane.Highest = lane.Taken.Count > 0 ? lane.Taken[^1].Position : lane.ParkFrom;
        if (lane.Taken.Count > 0) return;

        // The log that went back lost what was parked: nothing is left to save, and the park ends with the customer's next commit.
        lane.Highest = 0;
    }

    /// <summary>A customer's entries that its row lacks, up to the tail as of now; null: not the owner.</summary>
    public async ValueTask<IReadOnlyList<LogEntry>?> CatchUp(int number, long applied)
    {
        var lane = _lanes[number];
        var after = lane.HasPark ? Math.Min(lane.ParkFrom - 1, Math.Max(applied, _committed)) : Math.Max(applied, _committed);
        var head = await _world.Log.ReadHead(0);
        if (head.Generation != _generation || after > head.Tail) return null;
        var reply = await _world.Log.Read(new ReadRequest(0, after, _generation, MaxEntries: 1000));
        if (reply.Status != ReadStatus.Read || !await IsHeld(Mark(_cursor))) return null;
        var own = reply.Entries.Where(entry => ModelEntry.Read(entry.Bytes).Customer == number).ToArray();
        if (own.Length > 0 && own[^1].Position > Math.Max(_cursor, _handedOut.Position) && _world.Mutation != Mutation.ForgetHandedOut) _handedOut = own[^1].Mark;
        return own;
    }

    /// <summary>Wake-ups that are due, as entries to append.</summary>
    public async ValueTask<IReadOnlyList<AppendItem>> DueWakeUps() => Stopped ? [] :
        [.. (await _world.Store.ReadWakeUps(0, long.MaxValue, 3)).Select(row => new AppendItem(new ModelEntry(World.NumberOf(row.Customer), true, (int)row.Due).ToBytes(), Epoch))];

    private static async ValueTask<(LogHead Head, PartitionState State)?> AdoptAnything(World world, PartitionState state)
    {
        var head = await world.Log.ReadHead(0);
        var position = Math.Min(state.Position, head.Tail);
        var reply = await world.Store.AdoptGeneration(0, new OwnerFence(state.Epoch, head.Generation, state.Writes), position, 0, 0);
        return reply.Status == OwnerWriteStatus.Written ? (head, state with { Position = position, PositionHash = 0, Writes = reply.Writes }) : null;
    }

    private EntryMark Mark(long position) => _marks.GetValueOrDefault(position, new EntryMark(position, 0, 0));

    /// <summary>Whether the log still holds an entry, so that it holds all before.</summary>
    private async ValueTask<bool> IsHeld(EntryMark entry) => (await _world.Log.Read(new ReadRequest(0, entry, _generation) with { MaxEntries = 1 })).Status != ReadStatus.Mismatch;

    private bool MayGoOn(OwnerWriteReply reply)
    {
        if (reply.Status == OwnerWriteStatus.Written) _writes = Math.Max(_writes, reply.Writes);
        else Stopped = true;
        return !Stopped;
    }

    private void Take(LogEntry entry)
    {
        _cursor = entry.Position;
        _marks[entry.Position] = entry.Mark;
        var lane = _lanes[ModelEntry.Read(entry.Bytes).Customer];
        if (lane.Parked) return;
        lane.Taken.Add(entry);
        lane.Highest = entry.Position;
    }

    /// <summary>Takes note of what a customer answered; false: it did not do what was asked.</summary>
    private async ValueTask<bool> Settle(int number, ApplyStatus status, long applied, long saved)
    {
        var lane = _lanes[number];
        if (status == ApplyStatus.StaleEpoch)
        {
            Stopped = true;
            return false;
        }

        lane.Drop(saved, raisesPrevious: _world.Mutation != Mutation.RedeliverBelowSaved);
        if (status == ApplyStatus.Applied) return true;
        if (applied < lane.Saved && _world.Mutation != Mutation.RedeliverBelowSaved)
        {
            // What it lacks is in its row by now and no longer here: it reloads.
            await _world.Customer(number).Acknowledge(new Acknowledgement(Epoch, lane.Saved, CommitOutcome.Conflict, lane.Saved));
            return false;
        }

        lane.Delivered = applied;
        return false;
    }
}
