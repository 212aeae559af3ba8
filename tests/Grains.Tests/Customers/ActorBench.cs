using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NodaTime;
using NodaTime.TimeZones;
using Orleans.Serialization;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Engine.Journals;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Grains.Customers;
using Personalization.Grains.Telemetry;
using Personalization.Grains.Tests.CrashModel;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit.Redis;
using Personalization.TestKit.Storage;

namespace Personalization.Grains.Tests.Customers;

/// <summary>Activations of one customer over a store in memory, with its owner's part played by the test.</summary>
internal sealed class ActorBench : IDisposable
{
    public static readonly CustomerKey Ann = CustomerKey.Create("default", CustomerKeyKind.Customer, "ann");
    private static readonly long Noon = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly ServiceProvider _provider = new ServiceCollection().AddSerializer().AddMetrics().BuildServiceProvider();
    private readonly EntryCodec _codec;
    private readonly FoldSettings _settings;
    private readonly IPartitionLog? _log;

    private readonly NameCache _names = new(new MemoryNameStore());
    private readonly Action _close = () => { };
    private readonly string? _database;

    public ActorBench(FoldSettings? settings = null) : this(null, new MemoryPartitionStore(1), settings)
    {
    }

    private ActorBench(EmbeddedStorage storage, string folder) : this(storage.Log, storage.Store, null)
    {
        _close = () =>
        {
            storage.Dispose();
            Directory.Delete(folder, recursive: true);
        };
        _database = Path.Combine(folder, "state.db");
    }

    private ActorBench(RedisBackend redis) : this(redis.Log, redis.Store, null) => _close = redis.Dispose;

    private ActorBench(IPartitionLog? log, IPartitionStore store, FoldSettings? settings)
    {
        _log = log;
        Store = store;
        _codec = new EntryCodec(_provider.GetRequiredService<Serializer>());
        _settings = (settings ?? new FoldSettings()) with { Zone = Zone };
        Epoch = Store.Claim(0, 1).AsTask().Result.Epoch;
        Store.RegisterConsumer(0, "test").AsTask().Wait();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeMilliseconds(Noon));

    public IPartitionStore Store { get; }

    public PersonalizationOptions Options { get; } = new();

    public FailingZone Zone { get; } = new();

    /// <summary>What activations wrote.</summary>
    public LogLines Log { get; } = new();

    public Epoch Epoch { get; private set; }

    /// <summary>Over the embedded store, in a folder of its own.</summary>
    public static ActorBench Embedded()
    {
        var folder = Directory.CreateTempSubdirectory("personalization-actor-").FullName;
        return new ActorBench(new EmbeddedStorage(folder, 1), folder);
    }

    /// <summary>Over a Redis of its own key prefix.</summary>
    public static ActorBench OnRedis()
    {
        RedisServer.SkipUnlessInstalled();
        return new ActorBench(new RedisBackend());
    }

    public CustomerActor Activate(FoldSettings? settings = null) => new(Ann, new CustomerServices(
        Store, new PartitionMap(1), _codec, new ProfileFold(settings ?? _settings, _codec), new ProfileReader(settings ?? _settings), _names, Time,
        new EngineMetrics(_provider.GetRequiredService<IMeterFactory>()), Options)
    {
        Logger = Log,
    });

    /// <summary>A view of an item.</summary>
    public LogEntry View(long position, TimeSpan later = default) => Entry(position, new CustomerEvent { Type = EventType.ProductViewed, ItemId = $"i{position}" }, later);

    public LogEntry Entry(long position, object payload, TimeSpan later = default, EntryKind kind = EntryKind.Event)
    {
        var time = Noon + (long)later.TotalMilliseconds;
        return new LogEntry(position, time, _codec.Write(new EntryEnvelope(kind, Ann, $"e{position}", time, Flags: EntryFlags.ProducerGaveId), payload));
    }

    public Task<ApplyReply> Apply(CustomerActor actor, long previous, params LogEntry[] entries) => actor.Apply(new ApplyRequest(Epoch, previous, entries));

    /// <summary>Collects and writes what an activation has; its acknowledgement is for the caller to deliver.</summary>
    public async Task<Acknowledgement> Write(CustomerActor actor)
    {
        var write = (await actor.Collect(new CollectRequest(Epoch, ApplyRequest.Unknown))).Write!;
        // The entries are made up: where a log stands behind the store, it only has as many.
        var generation = _log is null ? 0 : await FilledLog.UpTo(_log, write.Applied);
        var reply = await Store.Commit(new CommitChunk(0, new OwnerFence(Epoch, generation), [write with { AppliedHash = 0, AppliedTime = 0 }]));
        return new Acknowledgement(Epoch, write.Applied, reply.Outcomes[0], write.Base);
    }

    /// <summary>Collects, writes and acknowledges.</summary>
    public async Task Commit(CustomerActor actor)
    {
        var acknowledgement = await Write(actor);
        Assert.Equal(CommitOutcome.Written, acknowledgement.Outcome);
        await actor.Acknowledge(acknowledgement);
    }

    /// <summary>Changes what is stored of the customer, behind the store's back, as a broken disk would; over the embedded store only.</summary>
    public async Task Damage(string set)
    {
        await using var connection = new SqliteConnection($"Data Source={_database};Pooling=False");
        await connection.OpenAsync();
        await using var update = connection.CreateCommand();
#pragma warning disable CA2100 // Only literals of these tests come here.
        update.CommandText = $"UPDATE customers SET {set}";
#pragma warning restore CA2100
        Assert.Equal(1, await update.ExecuteNonQueryAsync());
    }

    public async Task<List<JournalContent>> Segments() => [.. (await Store.ReadJournal(0, Ann, 0, int.MaxValue)).Select(JournalCodec.ReadWhole)];

    /// <summary>The numbers given to facts.</summary>
    public async Task<long> Outbox() => (await Store.ReadOutbox(0, 0, 1)).Head;

    /// <summary>The ordinal of the newest session.</summary>
    public static long Sessions(CustomerActor actor, FoldSettings settings) => new ProfileReader(settings).View(actor.Profile, actor.Profile.NewestEventTime, new Dictionary<ulong, string>(), _ => null).Session!.Ordinal;

    public async Task<IReadOnlyList<long>> Journal() => [.. (await Store.ReadJournal(0, Ann, 0, int.MaxValue)).SelectMany(JournalCodec.Read).Select(entry => entry.Position)];

    public async Task<long> Events() => (await Store.ReadPartition(0)).Counters.GetValueOrDefault("events");

    public long EventsOf(CustomerActor actor) => ProfileCounters.Delta(CounterSnapshot.Empty, ProfileCounters.Take(actor.Profile, _settings)).GetValueOrDefault("events");

    /// <summary>What the row says, as the next activation reads it.</summary>
    public async Task<long> EventsStored()
    {
        var next = Activate();
        await next.Load();
        return EventsOf(next);
    }

    public void Dispose()
    {
        _close();
        _provider.Dispose();
    }
}

/// <summary>Log lines from information on, as they are written.</summary>
internal sealed class LogLines : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) Lines.Add(formatter(state, exception));
    }
}

/// <summary>UTC, until it is told to fail: a fold that throws half way, as a bug would.</summary>
internal sealed class FailingZone() : DateTimeZone("failing", true, Offset.Zero, Offset.Zero)
{
    public bool Fails { get; set; }

    public override ZoneInterval GetZoneInterval(Instant instant) =>
        Fails ? throw new InvalidOperationException("a bug in the fold") : new ZoneInterval("failing", null, null, Offset.Zero, Offset.Zero);
}
