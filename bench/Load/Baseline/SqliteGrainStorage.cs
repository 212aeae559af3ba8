using System.Globalization;
using Microsoft.Data.Sqlite;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;

namespace Personalization.Load.Baseline;

/// <summary>
/// Grain storage in one SQLite file: a row per grain with an etag, WAL and <c>synchronous=FULL</c> as the engine's own files. How writes
/// become transactions is left to an <see cref="IWriteStrategy"/>: one each, or grouped.
/// </summary>
internal sealed class SqliteGrainStorage : IGrainStorage, IDisposable
{
    private readonly Serializer _serializer;
    private readonly SqliteConnection _reader;
    private readonly SqliteCommand _read;
    private readonly Lock _reading = new();
    private readonly IWriteStrategy _writes;

    public SqliteGrainStorage(string path, bool grouped, Serializer serializer)
    {
        _serializer = serializer;
        _writes = grouped ? new GroupedWrites(StateFile.Open(path)) : new SingleWrites(StateFile.Open(path));
        _reader = StateFile.Open(path);
        _read = _reader.CreateCommand();
        _read.CommandText = "SELECT etag, data FROM grain_state WHERE id = $id";
        _read.Parameters.Add("$id", SqliteType.Text);
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_reading)
        {
            _read.Parameters[0].Value = KeyOf(stateName, grainId);
            using var row = _read.ExecuteReader();
            grainState.RecordExists = row.Read();
            if (grainState.RecordExists)
            {
                grainState.ETag = row.GetInt64(0).ToString(CultureInfo.InvariantCulture);
                grainState.State = _serializer.Deserialize<T>(row.GetFieldValue<byte[]>(1));
            }
            else
            {
                grainState.ETag = null;
                grainState.State = Activator.CreateInstance<T>();
            }
        }

        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var expected = grainState.ETag is { } etag ? long.Parse(etag, CultureInfo.InvariantCulture) : 0;
        var written = await _writes.Write(new StateWrite(KeyOf(stateName, grainId), expected, _serializer.SerializeToArray(grainState.State)));
        if (!written) throw new InconsistentStateException($"the stored state of {grainId} is not the one that was read", "unknown", grainState.ETag ?? "none");
        grainState.ETag = (expected + 1).ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        throw new NotSupportedException("the baseline clears nothing");

    /// <summary>The sum of what the stored customers recorded: what is durable.</summary>
    public long CountRecorded()
    {
        lock (_reading)
        {
            using var all = _reader.CreateCommand();
            all.CommandText = "SELECT data FROM grain_state";
            using var rows = all.ExecuteReader();
            var sum = 0L;
            while (rows.Read()) sum += _serializer.Deserialize<StoredCustomer>(rows.GetFieldValue<byte[]>(0))!.Recorded;
            return sum;
        }
    }

    public void Dispose()
    {
        _writes.Dispose();
        _read.Dispose();
        _reader.Dispose();
    }

    private static string KeyOf(string stateName, GrainId grainId) => $"{grainId}/{stateName}";
}
