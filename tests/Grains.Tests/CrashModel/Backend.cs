using Personalization.Configuration;
using Personalization.Log;
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
    public abstract IPartitionLog Log { get; }

    public abstract IPartitionStore Store { get; }

    /// <summary>Keeps a copy of the log.</summary>
    public abstract void KeepCopy();

    /// <summary>Puts the kept copy in the log's place; the store stays as it is.</summary>
    public abstract void RestoreCopy();

    public abstract void Dispose();
}

/// <summary>Log and store in memory.</summary>
public sealed class MemoryBackend : Backend
{
    private readonly MemoryPartitionLog _log = new(1);
    private MemoryPartitionLog? _copy;

    public override IPartitionLog Log => _log;

    public override IPartitionStore Store { get; } = new MemoryPartitionStore(1);

    public override void KeepCopy() => _copy = _log.Copy();

    public override void RestoreCopy()
    {
        if (_copy is not null) _log.Restore(_copy);
    }

    public override void Dispose() => _log.Dispose();
}

/// <summary>Log and store in a data directory of SQLite files.</summary>
public sealed class SqliteBackend : Backend
{
    private readonly string _folder = Directory.CreateTempSubdirectory("crash-model-").FullName;
    private EmbeddedStorage _storage;

    public SqliteBackend() => _storage = new EmbeddedStorage(Path.Combine(_folder, "data"), 1);

    public override IPartitionLog Log => _storage.Log;

    public override IPartitionStore Store => _storage.Store;

    private string LogFile => Path.Combine(_folder, "data", "log.db");

    private string CopyFile => Path.Combine(_folder, "copy.db");

    public override void KeepCopy() => Between(() => File.Copy(LogFile, CopyFile, overwrite: true));

    public override void RestoreCopy()
    {
        if (File.Exists(CopyFile)) Between(() => File.Copy(CopyFile, LogFile, overwrite: true));
    }

    public override void Dispose()
    {
        _storage.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Between(Action work)
    {
        _storage.Dispose();
        work();
        _storage = new EmbeddedStorage(Path.Combine(_folder, "data"), 1);
    }
}

/// <summary>Log and store in a Redis of the test's own, each under keys that nobody else has.</summary>
public sealed class RedisBackend : Backend
{
    private static readonly Lazy<IConnectionMultiplexer> Shared = new(() => RedisConnection.Open(new RedisOptions { Configuration = RedisServer.Shared.Configuration }));
    private readonly RedisOptions _options = new() { KeyPrefix = $"m{Guid.NewGuid():n}" };
    private readonly RedisStorage _storage;
    private bool _isKept;

    public RedisBackend(TimeProvider? time = null) => _storage = Task.Run(() => RedisStorage.Open(Shared.Value, _options, 1, time)).GetAwaiter().GetResult();

    public override IPartitionLog Log => _storage.Log;

    public override IPartitionStore Store => _storage.Store;

    public override void KeepCopy()
    {
        Copy("", "copy:");
        _isKept = true;
    }

    public override void RestoreCopy()
    {
        if (_isKept) Copy("copy:", "");
    }

    public override void Dispose() => _storage.Dispose();

    private void Copy(string from, string to)
    {
        var database = Shared.Value.GetDatabase();
        foreach (var part in new[] { "head", "log", "writers" })
        {
            database.KeyDelete($"{to}{_options.KeyPrefix}:{{0}}:{part}");
            database.Execute("COPY", $"{from}{_options.KeyPrefix}:{{0}}:{part}", $"{to}{_options.KeyPrefix}:{{0}}:{part}");
        }
    }
}
