using Microsoft.Extensions.Time.Testing;
using Personalization.Configuration;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Storage.Redis;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit.Redis;
using StackExchange.Redis;

namespace Personalization.Grains.Tests.CrashModel;

/// <summary>The real log and store under the model.</summary>
public abstract class Backend : IDisposable
{
    protected Backend(FakeTimeProvider? time) => Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));

    /// <summary>The clock of log and store.</summary>
    public FakeTimeProvider Time { get; }

    public abstract IPartitionLog Log { get; }

    public abstract IPartitionStore Store { get; }

    /// <summary>Keeps a copy of log and store as they are at one moment.</summary>
    public abstract void KeepCopy();

    /// <summary>The machine loses what was written since the copy, log and store alike, and is back a moment later.</summary>
    public void LosePower()
    {
        Restore(logOnly: false);
        Time.Advance(TimeSpan.FromMilliseconds(1));
    }

    /// <summary>Somebody puts the copy of the log in its place; the store stays as it is.</summary>
    public void RestoreLog()
    {
        Restore(logOnly: true);
        Time.Advance(TimeSpan.FromMilliseconds(1));
    }

    public abstract void Dispose();

    protected abstract void Restore(bool logOnly);
}

/// <summary>Log and store in memory.</summary>
/// <param name="time">The clock; one of its own if null.</param>
/// <param name="comparesLog">False: the store takes whatever an owner writes, whether or not the log still holds it.</param>
public sealed class MemoryBackend(FakeTimeProvider? time = null, bool comparesLog = true) : Backend(time)
{
    private MemoryPartitionLog? _log;
    private MemoryPartitionStore? _store;
    private (MemoryPartitionLog Log, MemoryPartitionStore Store)? _copy;

    public override IPartitionLog Log => TheLog;

    public override IPartitionStore Store => TheStore;

    private MemoryPartitionLog TheLog => _log ??= new MemoryPartitionLog(1, Time);

    private MemoryPartitionStore TheStore => _store ??= new MemoryPartitionStore(1, Time, comparesLog ? TheLog : null);

    public override void KeepCopy()
    {
        _copy?.Log.Dispose();
        _copy = (TheLog.Copy(), TheStore.Copy());
    }

    public override void Dispose()
    {
        _copy?.Log.Dispose();
        _log?.Dispose();
    }

    protected override void Restore(bool logOnly)
    {
        if (_copy is not { } copy) return;
        TheLog.Restore(copy.Log);
        if (!logOnly) TheStore.Restore(copy.Store);
    }
}

/// <summary>Log and store in a data directory of SQLite files.</summary>
public sealed class SqliteBackend : Backend
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crash-model-").FullName;
    private EmbeddedStorage _storage;
    private bool _isKept;

    public SqliteBackend(FakeTimeProvider? time = null) : base(time) => _storage = Open();

    public override IPartitionLog Log => _storage.Log;

    public override IPartitionStore Store => _storage.Store;

    public override void KeepCopy()
    {
        Between(() => Copy("data", "copy", logOnly: false));
        _isKept = true;
    }

    public override void Dispose()
    {
        _storage.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    protected override void Restore(bool logOnly)
    {
        if (_isKept) Between(() => Copy("copy", "data", logOnly));
    }

    private EmbeddedStorage Open() => new(Path.Combine(_folder, "data"), 1, Time);

    private void Copy(string from, string to, bool logOnly)
    {
        Directory.CreateDirectory(Path.Combine(_folder, to));
        foreach (var file in logOnly ? ["log.db"] : new[] { "log.db", "state.db" })
            File.Copy(Path.Combine(_folder, from, file), Path.Combine(_folder, to, file), overwrite: true);
    }

    private void Between(Action work)
    {
        _storage.Dispose();
        work();
        _storage = Open();
    }
}

/// <summary>Log and store in a Redis of the test's own, each under keys that nobody else has.</summary>
public sealed class RedisBackend : Backend
{
    private static readonly string[] LogKeys = ["head", "log", "writers"];
    private static readonly string[] StoreKeys =
        ["state", "counters", "parks", "consumers", "outbox", "letters", "letters:order", "wakeups", "tombstones", "journals", "slots"];

    private static readonly Lazy<IConnectionMultiplexer> Shared = new(() => RedisConnection.Open(new RedisOptions { Configuration = RedisServer.Shared.Configuration }));
    private readonly RedisOptions _options = new() { KeyPrefix = $"m{Guid.NewGuid():n}" };
    private readonly RedisStorage _storage;
    private bool _isKept;

    public RedisBackend(FakeTimeProvider? time = null) : base(time) => _storage = Task.Run(() => RedisStorage.Open(Shared.Value, _options, 1, Time)).GetAwaiter().GetResult();

    public override IPartitionLog Log => _storage.Log;

    public override IPartitionStore Store => _storage.Store;

    public override void KeepCopy()
    {
        Copy("", "copy:", logOnly: false);
        _isKept = true;
    }

    public override void Dispose() => _storage.Dispose();

    protected override void Restore(bool logOnly)
    {
        if (_isKept) Copy("copy:", "", logOnly);
    }

    private void Copy(string from, string to, bool logOnly)
    {
        var database = Shared.Value.GetDatabase();
        foreach (var part in logOnly ? LogKeys : [.. LogKeys, .. StoreKeys, .. Enumerable.Range(0, World.Customers).SelectMany(CustomerKeys)])
        {
            database.KeyDelete($"{to}{_options.KeyPrefix}:{{0}}:{part}");
            database.Execute("COPY", $"{from}{_options.KeyPrefix}:{{0}}:{part}", $"{to}{_options.KeyPrefix}:{{0}}:{part}");
        }
    }

    private static string[] CustomerKeys(int number)
    {
        var customer = ModelEntry.Key(number);
        var slot = PartitionMap.SlotOf(customer);
        return [$"versions:{slot}", $"rows:{slot}", $"journal:{slot}:{customer.Text}"];
    }
}
