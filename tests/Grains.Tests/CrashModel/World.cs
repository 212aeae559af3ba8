using System.Globalization;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>
/// Two producers, three customers and up to two owners around one partition of a real log and a real store. It does what a schedule says,
/// one step after the other, and notes what producers were told.
/// </summary>
public sealed class World(Backend backend, Mutation mutation, bool dropsRepeats)
{
    public const int Customers = 3;
    private const int Kept = 6;

    private readonly List<ModelOwner> _owners = [];
    private readonly List<(ulong Generation, IReadOnlyList<LogEntry> Entries)> _hints = [];
    private readonly List<AppendRequest> _lateAppends = [];
    private readonly List<CommitChunk> _lateCommits = [];
    private readonly HashSet<int> _appended = [];
    private readonly Dictionary<ulong, long> _doubtful = [];
    private ModelCustomer[] _customers = [];
    private ModelWriter[] _writers = [];
    private ulong _nonce;
    private int _id;

    public Mutation Mutation => mutation;

    /// <summary>Whether the fold drops ids that it knows, as the real one does. Off where nothing may come twice even so.</summary>
    public bool DropsRepeats => dropsRepeats;

    public IPartitionLog Log => backend.Log;

    public IPartitionStore Store => backend.Store;

    /// <summary>Ids that a producer was told are appended.</summary>
    public HashSet<int> Accepted { get; } = [];

    /// <summary>Ids appended after a log went back and before anybody noticed: at positions that rows may have passed. The one loss that is not noticed.</summary>
    public HashSet<int> Doubtful { get; } = [];

    /// <summary>Ids that a log lost and that a repeat brought back, perhaps to another place: folded once, at the first or the second.</summary>
    public HashSet<int> Reappeared { get; } = [];

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
            case Happening.Append: await _writers[step.Who % 2].Send([.. Enumerable.Range(0, 1 + step.Which).Select(_ => NewItem())], step.Fault); break;
            case Happening.LateAppend: await ArriveLate(_lateAppends, step.Which, async request => await Append(request)); break;
            case Happening.Hint: if (owner is not null && _hints.Count > 0) await owner.TakeHint(_hints[step.Which % _hints.Count].Generation, _hints[step.Which % _hints.Count].Entries); break;
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
            case Happening.WakeUp: if (owner is not null && !_writers[step.Which % 2].IsPending) await _writers[step.Which % 2].Send(await owner.DueWakeUps(), step.Fault); break;
            case Happening.KeepCopy: backend.KeepCopy(); break;
            case Happening.GoBack:
                var tail = (await Log.ReadHead(0)).Tail;
                backend.RestoreCopy();
                var restored = (await Log.ReadHead(0)).Generation;
                _doubtful[restored] = Math.Max(tail, _doubtful.GetValueOrDefault(restored));
                break;
            case Happening.Restart:
                backend.RestoreCopy();
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
        if (mutation != Mutation.IgnoreVersions) return await Store.Commit(chunk);
        var writes = new List<CustomerWrite>();
        foreach (var write in chunk.Customers) writes.Add(write with { Base = (await Store.ReadCustomer(0, write.Customer))?.Applied ?? 0 });
        return await Store.Commit(chunk with { Customers = writes });
    }

    /// <summary>Appends, and makes the stream's hint of what is new.</summary>
    public async ValueTask<AppendReply> Append(AppendRequest request)
    {
        var before = await Log.ReadHead(0);
        var reply = await Log.Append(request);
        if (reply.Head.Tail == before.Tail) return reply;
        var entries = (await Log.Read(new ReadRequest(0, before.Tail))).Entries;
        foreach (var entry in entries)
        {
            var content = ModelEntry.Read(entry.Bytes);
            if (entry.Position <= _doubtful.GetValueOrDefault(reply.Head.Generation)) Doubtful.Add(content.Id);
            if (!content.IsWakeUp && !_appended.Add(content.Id)) Reappeared.Add(content.Id);
        }

        _hints.Add((reply.Head.Generation, entries));
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
        if (await ModelOwner.Claim(this, NextNonce()) is not { } owner) return;
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
        _writers = [new ModelWriter(this, 1000 + NextNonce()), new ModelWriter(this, 1000 + NextNonce())];
    }

    private AppendItem NewItem()
    {
        _id++;
        return new AppendItem(new ModelEntry(_id * 7 % 11 % Customers, false, _id).ToBytes());
    }
}
