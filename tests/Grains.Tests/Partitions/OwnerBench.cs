using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Grains.Customers;
using Personalization.Grains.Partitions;
using Personalization.Grains.Telemetry;
using Personalization.Grains.Tests.Schedules;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Appending;
using Personalization.Storage.Memory;
using Personalization.Stores;

namespace Personalization.Grains.Tests.Partitions;

/// <summary>Owners of one partition with their customers, on one thread and a clock that the test moves. Nothing goes wrong but what the test does.</summary>
internal sealed class OwnerBench : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _provider = new ServiceCollection().AddSerializer().AddMetrics().BuildServiceProvider();
    private readonly Line _line;
    private readonly CustomerServices _services;
    private readonly EngineMetrics _metrics;
    private readonly FoldSettings _settings = new();
    private readonly MemoryNameStore _names = new();
    private readonly GroupAppender _appender;
    private ulong _nonce;
    private int _events;

    public OwnerBench()
    {
        Time = new FakeTimeProvider(Noon);
        Thread = new SingleThread(Time);
        var faults = new Faults(Thread, Time, 1);
        _line = new Line(faults);
        Codec = new EntryCodec(_provider.GetRequiredService<Serializer>());
        Log = new MemoryPartitionLog(1, Time);
        Store = new MemoryPartitionStore(1, Time, Log);
        _appender = new GroupAppender(Log, Store, time: Time, scheduler: Thread);
        _metrics = new EngineMetrics(_provider.GetRequiredService<IMeterFactory>());
        _services = new CustomerServices(
            Store, new PartitionMap(1), Codec, new ProfileFold(_settings, Codec), new ProfileReader(_settings), new NameCache(_names), Time, _metrics, Options);
        Customers = new CustomerHost(() => _services, faults);
    }

    public FakeTimeProvider Time { get; }

    public SingleThread Thread { get; }

    public EntryCodec Codec { get; }

    public MemoryPartitionLog Log { get; }

    public MemoryPartitionStore Store { get; }

    public PersonalizationOptions Options { get; } = new() { Partitions = 1 };

    public CustomerHost Customers { get; }

    public CustomerServices Services => _services;

    public ILogAppender Appender => _appender;

    public IMeterFactory Meters => _provider.GetRequiredService<IMeterFactory>();

    public static CustomerKey Customer(string id) => CustomerKey.Create("default", CustomerKeyKind.Customer, id);

    /// <summary>Starts a tenure.</summary>
    public PartitionOwner Start(Func<CustomerKey, ICustomerGrain>? customers = null, IPartitionLog? log = null, IPartitionStore? store = null, EndedTenure? ended = null, CancellationToken cancellation = default) => Result(() => PartitionOwner.Start(
        new OwnerServices(log ?? Log, store ?? Store, _names, new PatientAppender(_appender), Codec, customers ?? Grain, Options, _settings.Lateness, Time, _metrics, NullLogger.Instance), 0, ++_nonce, ended, cancellation));

    /// <summary>The customer's grain, as the owner calls it.</summary>
    public ICustomerGrain Grain(CustomerKey customer) => Customers.Get(customer, _line);

    /// <summary>Accepts an event; answers its position.</summary>
    public long View(string customer) => Append(customer, EntryKind.Event, new CustomerEvent { Type = EventType.ProductViewed, ItemId = "i1" });

    public long Append(string customer, EntryKind kind, object payload) => AppendBytes(
        Codec.Write(new EntryEnvelope(kind, Customer(customer), $"e{++_events}", Time.GetUtcNow().ToUnixTimeMilliseconds(), Flags: EntryFlags.ProducerGaveId), payload));

    public long AppendBytes(byte[] bytes) => Result(async () => (await _appender.Append(0, [new AppendItem(bytes)]))[0]);

    public PartitionState State() => Store.ReadPartition(0).AsTask().Result;

    public long EventsOf(string customer)
    {
        var record = Store.ReadCustomer(0, Customer(customer)).AsTask().Result;
        return record is null ? 0 : ProfileCounters.Delta(CounterSnapshot.Empty, ProfileCounters.Take(ProfileCodec.Read(Customer(customer), record), _settings)).GetValueOrDefault("events");
    }

    /// <summary>Stores a park behind the owner's back.</summary>
    public bool Park(PartitionOwner owner, string customer, long from) =>
        Store.Park(0, new OwnerFence(owner.Epoch, owner.Status("").Generation), Customer(customer), new EntryMark(from, 0, 0)).AsTask().Result.Status == OwnerWriteStatus.Written;

    public void TrimLog(long upTo) => Assert.Equal(upTo + 1, Log.Trim(0, upTo, long.MaxValue).AsTask().Result);

    /// <summary>Log and store lose what was written since a copy, and are back a moment later.</summary>
    public void LosePower(MemoryPartitionLog log, MemoryPartitionStore store)
    {
        Log.Restore(log);
        Store.Restore(store);
        Time.Advance(TimeSpan.FromMilliseconds(1));
    }

    public long Tail() => Log.ReadHead(0).AsTask().Result.Tail;

    public int WakeUps() => Store.ReadWakeUps(0, long.MaxValue, 1000).AsTask().Result.Count;

    public LogEntry Entry(long position) => Log.Read(new ReadRequest(0, position - 1)).AsTask().Result.Entries[0];

    public void Pass(TimeSpan time) => Thread.Run(time, TimeSpan.FromMilliseconds(100));

    public T Result<T>(Func<Task<T>> work) => Thread.Result(Thread.Start(work), TimeSpan.FromSeconds(30));

    public void Dispose()
    {
        Log.Dispose();
        _provider.Dispose();
    }
}
