using System.Globalization;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>
/// Three producers, three customers and up to two owners around one partition of a real log and a real store. It does what a schedule says,
/// one step after the other, and notes what producers were told.
/// </summary>
public sealed class World(Backend backend, Mutation mutation, bool dropsRepeats)
{
    public const int Customers = 3;
    private const int Kept = 6;

    private readonly List<ModelOwner> _owners = [];
    private readonly List<LogBatch> _hints = [];
    private readonly List<AppendRequest> _lateAppends = [];
    private readonly List<CommitChunk> _lateCommits = [];
    private (long Applied, ModelProfile Profile)[] _ahead = [.. Enumerable.Range(0, Customers).Select(_ => (0L, new ModelProfile()))];
    private (long Applied, ModelProfile Profile)[]? _aheadInCopy;
    private ModelCustomer[] _customers = [];
    private ModelWriter[] _writers = [];
    private ulong _nonce;
    private int _id;

    public Mutation Mutation => mutation;

    /// <summary>Whether the fold drops ids that it knows, as the real one does. Off where nothing may come twice even so.</summary>
    public bool DropsRepeats => dropsRepeats;

    public IPartitionLog Log => backend.Log;

    public IPartitionStore Store => backend.Store;

    /// <summary>Ids that a producer was told are appended, but for those that were lost since.</summary>
    public HashSet<int> Accepted { get; } = [];

    public static int NumberOf(CustomerKey key) => int.Parse(key.Id.AsSpan(1), CultureInfo.InvariantCulture);

    public ModelCustomer Customer(int number) => _customers[number];

    public ulong NextNonce() => ++_nonce;

    public async ValueTask Begin()
    {
        await Store.RegisterConsumer(0, "test");
        Boot();
        await Own();
    }

    public async ValueTask Do(Step step)
    {
        var owner = _owners.Count == 0 ? null : _owners[step.Who % _owners.Count];
        var number = step.Which % Customers;
        switch (step.What)
        {
            case Happening.Append: await _writers[step.Who % _writers.Length].Send([.. Enumerable.Range(0, 1 + step.Which).Select(_ => NewItem())], step.Fault); break;
            case Happening.LateAppend: await ArriveLate(_lateAppends, step.Which, async request => await Append(request)); break;
            case Happening.Hint: if (owner is not null && _hints.Count > 0) await owner.TakeHint(_hints[step.Which % _hints.Count]); break;
            case Happening.DropHint: if (_hints.Count > 0) _hints.RemoveAt(step.Which % _hints.Count); break;
            case Happening.TakeFromLog: if (owner is not null) await owner.TakeFromLog(1 + step.Which); break;
            case Happening.Deliver: if (owner is not null) await owner.Deliver(number, step.Who == 2 ? 1 : 100, step.Fault); break;
            case Happening.Collect: if (owner is not null) await owner.Collect(number, step.Fault); break;
            case Happening.Commit: if (owner is not null) await owner.Commit(step.Fault, step.Which == 3); break;
            case Happening.LateCommit: await ArriveLate(_lateCommits, step.Which, async chunk => await Commit(chunk)); break;
            case Happening.Advance: if (owner is not null) await owner.Advance(); break;
            case Happening.Park: if (owner is not null) await owner.Park(number, step.Fault); break;
            case Happening.Unpark: if (owner is not null) await owner.Unpark(number); break;
            case Happening.FallSilent: _customers[number].Silent = !_customers[number].Silent; break;
            case Happening.CrashCustomer: _customers[number].Crash(); break;
            case Happening.Read: await _customers[number].Read(step.Fault == Fault.None ? owner : null); break;
            case Happening.CrashOwner: if (owner is not null) _owners.Remove(owner); break;
            case Happening.NewOwner: await Own(); break;
            case Happening.WakeUp: if (owner is not null && !_writers[step.Which % _writers.Length].IsPending) await _writers[step.Which % _writers.Length].Send(await owner.DueWakeUps(), step.Fault); break;
            case Happening.KeepCopy:
                backend.KeepCopy();
                _aheadInCopy = _ahead;
                break;
            case Happening.LosePower:
                backend.LosePower();
                _ahead = _aheadInCopy ?? _ahead;
                await ForgetLost();
                break;
            case Happening.RestoreLog:
                backend.RestoreLog();
                _ahead = [.. await Task.WhenAll(Enumerable.Range(0, Customers).Select(async customer => await Store.ReadCustomer(0, ModelEntry.Key(customer)) is { } row
                    ? (row.Applied, ModelProfile.Read(row.Row))
                    : (0, new ModelProfile())))];
                await ForgetLost();
                Boot();
                break;
            default: throw new ArgumentOutOfRangeException(nameof(step));
        }
    }

    /// <summary>Everything heals, and the system runs until nothing is left to do.</summary>
    public async ValueTask Rest(bool underNewOwner)
    {
        foreach (var customer in _customers) customer.Silent = false;
        if (underNewOwner) _owners.Clear();
        for (var round = 0; round < 60; round++)
        {
            while (_lateCommits.Count > 0) await ArriveLate(_lateCommits, 0, async chunk => await Commit(chunk));
            while (_lateAppends.Count > 0) await ArriveLate(_lateAppends, 0, async request => await Append(request));
            foreach (var writer in _writers) await writer.Send([], Fault.None);
            if (_owners.Count == 0 || _owners[^1].Stopped) await Own();
            if (_owners.Count == 0) continue;
            var owner = _owners[^1];
            await owner.TakeFromLog(1000);
            for (var number = 0; number < Customers; number++)
            {
                await owner.Unpark(number);
                for (var tries = 0; tries < 3; tries++) await owner.Deliver(number, 100, Fault.None);
            }

            await owner.Commit(Fault.None, false);
            await owner.Collect(0, Fault.None);
            await owner.Commit(Fault.None, false);
            await owner.Advance();
            if (owner.Stopped) continue;
            var due = await owner.DueWakeUps();
            if (due.Count > 0)
            {
                await _writers[0].Send(due, Fault.None);
                continue;
            }

            if (owner.Idle && (await Store.ReadPartition(0)).Position >= await LastHeld() && _writers.All(writer => !writer.IsPending)) return;
        }

        var state = await Store.ReadPartition(0);
        throw new InvalidOperationException(
            $"the system does not come to rest: owner {(_owners.Count == 0 ? "none" : _owners[^1])}, stored position {state.Position}, last entry {await LastHeld()}, parks {state.Parks.Count}, log {await Log.ReadHead(0)}, unsent {_writers.Count(writer => writer.IsPending)}");
    }

    /// <summary>Commits, as the mutation has it.</summary>
    public async ValueTask<CommitReply> Commit(CommitChunk chunk)
    {
        var writes = new List<CustomerWrite>();
        foreach (var write in chunk.Customers)
        {
            var entry = AsCompared(new EntryMark(write.Applied, write.AppliedTime, write.AppliedHash));
            var stored = mutation == Mutation.IgnoreVersions ? (await Store.ReadCustomer(0, write.Customer))?.Applied ?? 0 : write.Base;
            writes.Add(write with { Base = stored, AppliedTime = entry.LogTime, AppliedHash = entry.Hash });
        }

        return await IsRefused(chunk.Fence, chunk.Highest, Mutation.CommitLost)
            ? new CommitReply(new OwnerWriteReply(OwnerWriteStatus.WentBack, 0), [])
            : await Store.Commit(chunk with { Fence = AsCompared(chunk.Fence), Customers = writes });
    }

    /// <summary>Moves the position, as the mutation has it.</summary>
    public async ValueTask<OwnerWriteReply> Advance(PositionAdvance advance) => await IsRefused(advance.Fence, advance.Entry, Mutation.AdvanceOverLost)
        ? new OwnerWriteReply(OwnerWriteStatus.WentBack, 0)
        : await Store.Advance(advance with { Fence = AsCompared(advance.Fence), Entry = AsCompared(advance.Entry) });

    /// <summary>Parks a customer, as the mutation has it.</summary>
    public async ValueTask<OwnerWriteReply> Park(OwnerFence fence, CustomerKey customer, EntryMark from) => await IsRefused(fence, from, Mutation.ParkLost)
        ? new OwnerWriteReply(OwnerWriteStatus.WentBack, 0)
        : await Store.Park(0, AsCompared(fence), customer, AsCompared(from));

    /// <summary>What a customer's row must be: the fold of the log, on top of what a log that was put back alone had lost before.</summary>
    public ModelProfile Expect(int number, IEnumerable<LogEntry> entries)
    {
        var (applied, ahead) = _ahead[number];
        var profile = ModelProfile.Read(ahead.ToBytes());
        foreach (var entry in entries.Where(entry => entry.Position > applied).Select(entry => ModelEntry.Read(entry.Bytes)).Where(entry => entry.Customer == number))
            profile.Fold(entry, dropsRepeats, Mutation.None);
        return profile;
    }

    /// <summary>Ids that the log holds or that rows alone still do.</summary>
    public async ValueTask<HashSet<int>> StillKept()
    {
        var kept = (await Log.Read(new ReadRequest(0, 0, MaxEntries: 100_000))).Entries.Select(entry => ModelEntry.Read(entry.Bytes)).Where(entry => !entry.IsWakeUp).Select(entry => entry.Id).ToHashSet();
        foreach (var (_, profile) in _ahead) kept.UnionWith(profile.Facts);
        return kept;
    }

    /// <summary>Appends, and makes the stream's hint of what is new.</summary>
    public async ValueTask<AppendReply> Append(AppendRequest request)
    {
        var before = await Log.ReadHead(0);
        var reply = await Log.Append(request);
        if (reply.Head.Tail == before.Tail) return reply;
        var entries = (await Log.Read(new ReadRequest(0, before.Tail))).Entries;
        _hints.Add(new LogBatch(entries, reply.Head.Generation, before.TailEntry));
        if (_hints.Count > Kept) _hints.RemoveAt(0);
        return reply;
    }

    public void Acknowledged(IReadOnlyList<AppendItem> items, IReadOnlyList<long> positions)
    {
        for (var i = 0; i < items.Count; i++)
        {
            var entry = ModelEntry.Read(items[i].Bytes);
            if (positions[i] != AppendReply.StaleEpoch && !entry.IsWakeUp) Accepted.Add(entry.Id);
        }
    }

    public void MayArriveLate(AppendRequest request) => Keep(_lateAppends, request);

    public void MayArriveLate(CommitChunk chunk) => Keep(_lateCommits, chunk);

    private static void Keep<T>(List<T> late, T message)
    {
        late.Add(message);
        if (late.Count > Kept) late.RemoveAt(0);
    }

    private static async ValueTask ArriveLate<T>(List<T> late, int which, Func<T, Task> arrive)
    {
        if (late.Count == 0) return;
        var message = late[which % late.Count];
        late.RemoveAt(which % late.Count);
        await arrive(message);
    }

    private async ValueTask<long> LastHeld()
    {
        var entries = (await Log.Read(new ReadRequest(0, 0, MaxEntries: 10_000))).Entries;
        return entries.Count == 0 ? 0 : entries[^1].Position;
    }

    /// <summary>Another owner claims; the one before stays alive and does not know.</summary>
    private async ValueTask Own()
    {
        var ended = _owners.LastOrDefault() is { Stopped: true } last ? last.Known : null;
        if (await ModelOwner.Claim(this, NextNonce(), ended) is not { } owner) return;
        await Invariants.CheckClaim(this, ended);
        _owners.Add(owner);
        if (_owners.Count > 2) _owners.RemoveAt(0);
    }

    /// <summary>All processes start anew.</summary>
    private void Boot()
    {
        _owners.Clear();
        _hints.Clear();
        _lateAppends.Clear();
        _lateCommits.Clear();
        _customers = [.. Enumerable.Range(0, Customers).Select(number => new ModelCustomer(this, number))];
        _writers = [.. Enumerable.Range(0, 3).Select(_ => new ModelWriter(this, 1000 + NextNonce()))];
    }

    private async ValueTask ForgetLost() => Accepted.IntersectWith(await StillKept());

    /// <summary>What the store would refuse: asked here where it stands without a log, so that one of its writes can be left unchecked.</summary>
    private async ValueTask<bool> IsRefused(OwnerFence fence, EntryMark highest, Mutation leftOut) =>
        mutation is Mutation.CommitLost or Mutation.AdvanceOverLost or Mutation.ParkLost && mutation != leftOut
        && (await Log.Read(new ReadRequest(0, highest, fence.Generation) with { MaxEntries = 1 })).Status == ReadStatus.Mismatch;

    private OwnerFence AsCompared(OwnerFence fence) => mutation == Mutation.IgnoreLostWrites ? fence with { Writes = 0 } : fence;

    private EntryMark AsCompared(EntryMark entry) => mutation switch
    {
        Mutation.CompareTailOnly => new EntryMark(entry.Position, 0, 0),
        Mutation.IgnoreLogTime => entry with { LogTime = 0 },
        _ => entry,
    };

    private AppendItem NewItem()
    {
        _id++;
        return new AppendItem(new ModelEntry(_id * 7 % 11 % Customers, false, _id).ToBytes());
    }
}
