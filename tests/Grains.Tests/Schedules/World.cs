using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Grains.Customers;
using Personalization.Grains.Partitions;
using Personalization.Grains.Telemetry;
using Personalization.Grains.Tests.CrashModel;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>
/// One partition as it is in a silo: the real log, store, appender, owners and customers, on one thread and a clock of its own, with faults wherever
/// a call leaves the process. Runs a schedule, heals, and compares what was stored with what the log says.
/// </summary>
internal sealed class World
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    private static readonly ServiceProvider Provider = new ServiceCollection().AddSerializer().AddMetrics().BuildServiceProvider();
    private static readonly EntryCodec Codec = new(Provider.GetRequiredService<Serializer>());
    private static readonly EngineMetrics Metrics = new(Provider.GetRequiredService<IMeterFactory>());

    private readonly FakeTimeProvider _time;
    private readonly SingleThread _thread;
    private readonly Faults _faults;
    private readonly IPartitionLog _log;
    private readonly IPartitionStore _store;
    private readonly MemoryNameStore _names = new();
    private readonly CustomerHost _customers;
    private readonly ILogAppender _appender;
    private readonly StoreWatch _watch;
    private readonly PersonalizationOptions _options = new() { Partitions = 1 };
    private readonly FoldSettings _settings = new();
    private readonly ProfileFold _fold;
    private readonly List<string> _broken = [];
    private readonly List<Seat> _seats = [];
    private readonly Dictionary<long, byte[]> _accepted = [];
    private readonly HashSet<long> _redriven = [];
    private readonly List<LogEntry> _lost = [];
    private readonly bool _readersSeeAll;
    private readonly Backend _machine;
    private bool _isSynced;
    private Task? _starting;
    private ulong _nonce;
    private int _events;

    public World(int seed, Backend machine, bool readersSeeAll)
    {
        (_machine, _time, _log, _store, _readersSeeAll) = (machine, machine.Time, machine.Log, machine.Store, readersSeeAll);
        _thread = new SingleThread(_time);
        _faults = new Faults(_thread, _time, seed);
        _watch = new StoreWatch(_broken);
        _fold = new ProfileFold(_settings, Codec);
        _options.Owner.CommitInterval = TimeSpan.FromMilliseconds(200);
        _options.Owner.ParkAfter = TimeSpan.FromSeconds(2);
        _options.Owner.CommitCustomers = 2;
        _options.Owner.MaxUncommitted = 12;
        _options.Owner.ReloadAfter = TimeSpan.FromSeconds(5);
        var line = new Line(_faults);
        _appender = new GroupAppender(LogOf(line), StoreOf(line), time: _time, scheduler: _thread);
        var customers = new CustomerServices(StoreOf(line), new PartitionMap(1), Codec, _fold, new ProfileReader(_settings), new NameCache(_names), _time, Metrics, _options);
        _customers = new CustomerHost(() => customers, _faults);
    }

    /// <summary>Runs a schedule over logs and stores in memory; answers what happened, each call in the order in which it left the code under test.</summary>
    public static string Run(Schedule schedule, bool readersSeeAll, bool comparesLog = true)
    {
        using var machine = new MemoryBackend(comparesLog: comparesLog);
        var world = new World(schedule.Seed, machine, readersSeeAll);
        world.Run(schedule.Steps);
        return world._faults.Trace;
    }

    /// <summary>Runs the steps, heals, drains, and checks.</summary>
    public void Run(IReadOnlyList<Step> steps)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            _thread.Result(_thread.Start(() => _thread.Outside(() => _store.RegisterConsumer(0, "test"))), TimeSpan.FromSeconds(1));
            EnsureOwner();
            foreach (var step in steps)
            {
                Do(step);
                _thread.Run();
            }

            Settle();
            Check();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static CustomerKey Customer(int number) => CustomerKey.Create("default", CustomerKeyKind.Customer, $"c{number}");

    private void Do(Step step)
    {
        var customer = Customer(step.Customer);
        switch (step.Kind)
        {
            case StepKind.Append: Append(EntryOf(customer, step.Argument)); break;
            case StepKind.Unreadable: Append([1, 2, 3]); break;
            case StepKind.Hint: Hint(step.Argument); break;
            case StepKind.Pass: _thread.Run(Tick * (step.Argument % 40), Tick); EnsureOwner(); break;
            case StepKind.Hours: _thread.Run(TimeSpan.FromHours(2), TimeSpan.FromHours(1)); break;
            case StepKind.Fault: _faults.Add((step.Customer * 100) + step.Argument); break;
            case StepKind.KillCustomer: _customers.Kill(customer); break;
            case StepKind.SecondCustomer: _customers.Second(customer); break;
            case StepKind.Hang when step.Argument % 2 == 0: _customers.Hang(customer); break;
            case StepKind.Hang: _customers.Wake(customer); break;
            case StepKind.SecondOwner: StartOwner(); break;
            case StepKind.KillOwner when _seats.Count > 0: _seats[^1].Line.IsDead = true; EnsureOwner(); break;
            case StepKind.StopOwner when Owner() is { } owner: _ = _thread.Start(() => owner.Stop(TimeSpan.FromSeconds(1))); break;
            case StepKind.Read: _ = Read(customer, mustAnswer: false); break;
            case StepKind.Sync: Sync(); break;
            case StepKind.LosePower when _isSynced: LosePower(); break;
            case StepKind.Redrive: Redrive(); break;
        }
    }

    private void Append(byte[] bytes) => _ = _thread.Start(async () =>
    {
        try
        {
            var position = (await _appender.Append(0, [new AppendItem(bytes)]))[0];
            _accepted[position] = bytes;
        }
        catch (LogUnavailableException)
        {
            // Refused: the producer tries again or does not.
        }
    });

    private byte[] EntryOf(CustomerKey customer, int argument)
    {
        var number = ++_events;
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        (EntryKind Kind, object Payload, string Id, long Time) entry = argument switch
        {
            // The same id again, which counts once within ten minutes.
            < 12 => (EntryKind.Event, new CustomerEvent { Type = EventType.ProductViewed, ItemId = "again" }, $"again{argument % 3}", now),
            < 45 => (EntryKind.Event, new CustomerEvent { Type = EventType.ProductViewed, ItemId = $"i{argument % 5}", Category = $"k{argument % 3}", UnitPrice = argument }, $"e{number}", now - (argument * 1000)),
            < 65 => (EntryKind.Event, new CustomerEvent { Type = EventType.Purchase, ItemId = $"i{argument % 5}", OrderId = $"o{argument % 4}", Value = argument, BaseValue = argument, Quantity = 2 }, $"e{number}", now),
            // An hour apart, so that sessions end inside the tail.
            < 75 => (EntryKind.Event, new CustomerEvent { Type = EventType.ProductClicked, ItemId = "later" }, $"e{number}", now + ((argument - 65) * 3_600_000L)),
            < 82 => (EntryKind.Traits, new TraitsChange { Traits = new Dictionary<string, string?> { [$"t{argument % 3}"] = $"\"{number}\"" } }, $"e{number}", now),
            < 86 => (EntryKind.Consent, new ConsentChange { Purpose = "marketing", Granted = argument % 2 == 0 }, $"e{number}", now),
            < 91 => (EntryKind.Erasure, new Erasure(), $"e{number}", now),
            // Rejected by the fold.
            < 96 => (EntryKind.Consent, new ConsentChange(), $"e{number}", now),
            _ => (EntryKind.Clock, new ClockAdvance { At = now }, $"e{number}", now),
        };
        var key = entry.Kind == EntryKind.Clock ? CustomerKey.Parse("default/") : customer;
        return Codec.Write(new EntryEnvelope(entry.Kind, key, entry.Id, entry.Time, Flags: EntryFlags.ProducerGaveId), entry.Payload);
    }

    private void Hint(int argument)
    {
        if (Owner() is not { } owner) return;
        var after = Math.Max(0, owner.Status("").Cursor + (argument % 5) - 2);
        var entries = Entries().Where(entry => entry.Position > after).Take(1 + (argument % 4)).ToList();
        var batch = new LogBatch(entries, _log.ReadHead(0).AsTask().Result.Generation);
        // Within a turn, as a grain hears it: work that an owner starts outside of one goes on on the thread pool, beside its own.
        _thread.Start(() =>
        {
            foreach (var seat in _seats) seat.Owner?.Offer(batch);
            return Task.CompletedTask;
        });
    }

    private void Sync()
    {
        _machine.KeepCopy();
        _isSynced = true;
    }

    private void LosePower()
    {
        var before = Entries();
        _machine.LosePower();
        var held = Entries().Select(entry => entry.Position).ToHashSet();
        _lost.AddRange(before.Where(entry => !held.Contains(entry.Position)));
        _watch.PowerLost();
    }

    private void Redrive() => _ = _thread.Start(async () =>
    {
        if (Owner() is not { } owner) return;
        var letter = (await _thread.Outside(() => _store.ReadDeadLetters(0, 0, 10))).FirstOrDefault(letter => letter.Customer is not null);
        if (letter is null) return;
        _redriven.Add(letter.Position);
        try
        {
            await owner.Redrive(letter.Position);
        }
        catch (Exception fault) when (fault is InjectedFaultException or OperationCanceledException or TenureEndedException or LogUnavailableException)
        {
            // It stays redriving; the next try appends again.
        }
    });

    private Task<bool> Read(CustomerKey customer, bool mustAnswer) => _thread.Start(async () =>
    {
        var tail = (await _thread.Outside(() => _log.ReadHead(0))).Tail;
        try
        {
            return await _customers.Call(customer, async actor =>
            {
                var caughtUp = actor.IsCaughtUp || await actor.CatchUp(after => CatchUp(customer, after).WaitAsync(TimeSpan.FromSeconds(1), _time));
                await actor.Load();
                if (caughtUp && (_readersSeeAll || mustAnswer)) CheckLive(customer, actor, mustAnswer ? tail : 0);
                return caughtUp;
            });
        }
        catch (Exception fault) when (!mustAnswer && fault is InjectedFaultException or TimeoutException or OperationCanceledException or TenureEndedException or LogChangedException)
        {
            return false;
        }
    });

    private Task<CatchUpReply> CatchUp(CustomerKey customer, long after)
    {
        // Either of two owners that are at work may be asked.
        var atWork = _seats.Where(seat => seat.Owner is { IsAtWork: true } && !seat.Line.IsDead).ToList();
        return atWork.Count == 0
            ? Task.FromResult(new CatchUpReply(false, 0, []))
            : _faults.Pass(Boundary.CatchUp, () => new ValueTask<CatchUpReply>(atWork[_faults.Healed ? ^1 : _faults.Draw(atWork.Count)].Owner!.CatchUp(customer, after)));
    }

    private PartitionOwner? Owner() => _seats.LastOrDefault(seat => seat.Owner is not null) is { Line.IsDead: false, Owner: { IsAtWork: true } owner } ? owner : null;

    private void EnsureOwner()
    {
        if (Owner() is null && _starting is null or { IsCompleted: true }) StartOwner();
    }

    private void StartOwner()
    {
        var seat = new Seat(new Line(_faults));
        // As the partition's grain does, which remembers its last tenure for as long as its silo lives.
        var ended = _seats.LastOrDefault() is { Line.IsDead: false, Owner: { IsAtWork: false } last } ? last.Known : null;
        _starting = _thread.Start(async () =>
        {
            var services = new OwnerServices(
                LogOf(seat.Line), StoreOf(seat.Line), _names, new PatientAppender(_appender), Codec, customer => _customers.Get(customer, seat.Line), _options, _settings.Lateness, _time, Metrics, NullLogger.Instance);
            try
            {
                seat.Owner = await PartitionOwner.Start(services, 0, ++_nonce, ended);
                _seats.Add(seat);
                // One that claimed earlier may be done later.
                _seats.Sort((left, right) => left.Owner!.Epoch.CompareTo(right.Owner!.Epoch));
            }
            catch (Exception fault) when (fault is InjectedFaultException or TaskCanceledException or TenureEndedException)
            {
                // As the keeper does, it is tried again later.
            }
        });
    }

    private void Settle()
    {
        _faults.Heal();
        _customers.Heal();
        _thread.Run(TimeSpan.FromSeconds(12), TimeSpan.FromMilliseconds(500));
        for (var tries = 0; tries < 400; tries++)
        {
            EnsureOwner();
            _thread.Run(Tick * 2, Tick);
            if (Owner() is not { } owner) continue;
            var drained = _thread.Result(_thread.Start(() => owner.Drain(TimeSpan.FromSeconds(5))), TimeSpan.FromSeconds(30));
            if (drained && owner.Status("").Parked == 0 && _store.ReadPartition(0).AsTask().Result.Parks.Count == 0) return;
        }

        var state = _store.ReadPartition(0).AsTask().Result;
        var present = Owner();
        Fail($"after everything is healed the partition does not come to rest: {state.Position} of {_log.ReadHead(0).AsTask().Result.Tail}, {state.Parks.Count} parked, owner {present?.Status("")}, {present?.Fault}");
    }

    private void Check()
    {
        var state = _store.ReadPartition(0).AsTask().Result;
        var head = _log.ReadHead(0).AsTask().Result;
        if (state.Position != head.Tail) Fail($"committed {state.Position}, tail {head.Tail}");
        var entries = Entries();
        var lost = _lost.ToLookup(entry => entry.Position);
        var held = entries.ToDictionary(entry => entry.Position);
        foreach (var (position, bytes) in _accepted)
        {
            var isHeld = held.TryGetValue(position, out var entry) && entry.Bytes.AsSpan().SequenceEqual(bytes);
            if (!isHeld && !lost[position].Any(entry => entry.Bytes.AsSpan().SequenceEqual(bytes))) Fail($"accepted position {position} is not in the log and was not lost with it");
        }

        if (!_isSynced && state.Lost != 0) Fail($"{state.Lost} lost, though the log never went back");

        var oracle = new Oracle(_fold, Codec, entries);
        foreach (var problem in oracle.Compare(_store, _redriven)) Fail(problem);
        foreach (var customer in oracle.Customers)
        {
            if (!_thread.Result(Read(customer, mustAnswer: true), TimeSpan.FromSeconds(10))) Fail($"a reader of {customer} is not answered");
        }

        if (_broken.Count > 0) Assert.Fail(string.Join('\n', _broken.Distinct()));
    }

    /// <summary>The live profile is the fold of this customer's entries up to where it stands, and that is at or after the tail when the reader came.</summary>
    private void CheckLive(CustomerKey customer, CustomerActor actor, long tail)
    {
        var applied = actor.Applied;
        var own = Entries().Where(entry => CustomerOf(entry) == customer).ToList();
        if (own.FirstOrDefault(entry => entry.Position > applied && entry.Position <= tail) is { Position: > 0 } missing)
            _broken.Add($"a reader of {customer} is answered at {applied} without position {missing.Position}");
        if (!new Oracle(_fold, Codec, [.. own.Where(entry => entry.Position <= applied)]).IsFold(actor.Profile)) _broken.Add($"a reader of {customer} at {applied} sees what is not the fold of positions {string.Join(' ', own.Select(entry => entry.Position))}");
    }

    private void Fail(string problem) => _broken.Add(problem);

    private static CustomerKey? CustomerOf(in LogEntry entry) => Oracle.CustomerOf(entry);

    private List<LogEntry> Entries()
    {
        var entries = new List<LogEntry>();
        while (true)
        {
            var reply = _log.Read(new ReadRequest(0, entries.Count > 0 ? entries[^1].Position : 0)).AsTask().Result;
            if (reply.Entries.Count == 0) return entries;
            entries.AddRange(reply.Entries);
        }
    }

    private FaultyLog LogOf(Line line) => new(_log, line);

    private FaultyStore StoreOf(Line line) => new(_store, line, _watch);

    private sealed class Seat(Line line)
    {
        public Line Line { get; } = line;

        public PartitionOwner? Owner { get; set; }
    }
}
