using Microsoft.Data.Sqlite;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Sqlite;

internal sealed class SqliteStoreFixture : PartitionStoreFixture
{
    private readonly TemporaryFolder _folder = new();
    private readonly TemporaryFolder _copy = new();
    private EmbeddedStorage _storage;

    public SqliteStoreFixture() => _storage = new EmbeddedStorage(_folder.Path, Partitions, Time);

    public override IPartitionLog Log => _storage.Log;

    public override IPartitionStore Store => _storage.Store;

    public override IDocumentStore Documents => _storage.Documents;

    public override INameStore Names => _storage.Names;

    public override ValueTask Reopen() => Between(() => { });

    public override ValueTask KeepCopy() => Between(() => Copy(_folder.Path, _copy.Path));

    public override ValueTask RestoreCopy() => Between(() => Copy(_copy.Path, _folder.Path));

    public override async ValueTask FlipBit(CustomerKey customer, int bit)
    {
        var row = (await Store.ReadCustomer(0, customer))!.Row;
        row[bit / 8] ^= (byte)(1 << (bit % 8));
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "state.db")};Pooling=False");
        await connection.OpenAsync();
        await using var update = connection.CreateCommand();
        update.CommandText = "UPDATE customers SET data = $data WHERE partition = 0 AND key = $key";
        update.Parameters.AddWithValue("$data", row);
        update.Parameters.AddWithValue("$key", customer.Text);
        Assert.Equal(1, await update.ExecuteNonQueryAsync());
    }

    public override ValueTask DisposeAsync()
    {
        _storage.Dispose();
        _folder.Dispose();
        _copy.Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in new[] { "log.db", "state.db" }) File.Copy(Path.Combine(from, file), Path.Combine(to, file), overwrite: true);
    }

    private ValueTask Between(Action work)
    {
        _storage.Dispose();
        work();
        _storage = new EmbeddedStorage(_folder.Path, Partitions, Time);
        return ValueTask.CompletedTask;
    }
}

public sealed class SqlitePartitionStoreTests : PartitionStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new SqliteStoreFixture());
}

public sealed class SqlitePartitionStoreLossTests : PartitionStoreLossConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new SqliteStoreFixture());
}

public sealed class SqlitePartitionStoreRecordsTests : PartitionStoreRecordsConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new SqliteStoreFixture());
}

public sealed class SqliteDocumentStoreTests : DocumentStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new SqliteStoreFixture());
}

public sealed class SqliteNameStoreTests : NameStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new SqliteStoreFixture());
}

public sealed class SqlitePartitionStoreSequenceTests : PartitionStoreSequences
{
    protected override int Sequences => 40;

    protected override PartitionStoreFixture Create() => new SqliteStoreFixture();
}
