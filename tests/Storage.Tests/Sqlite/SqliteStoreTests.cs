using Microsoft.Data.Sqlite;
using Personalization.Partitions;
using Personalization.Storage.Sqlite;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Sqlite;

internal sealed class SqliteStoreFixture : PartitionStoreFixture
{
    private readonly TemporaryFolder _folder = new();
    private EmbeddedStorage _storage;

    public SqliteStoreFixture() => _storage = new EmbeddedStorage(_folder.Path, Partitions, Time);

    public override IPartitionStore Store => _storage.Store;

    public override IDocumentStore Documents => _storage.Documents;

    public override INameStore Names => _storage.Names;

    public override ValueTask Reopen()
    {
        _storage.Dispose();
        _storage = new EmbeddedStorage(_folder.Path, Partitions, Time);
        return ValueTask.CompletedTask;
    }

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
        return ValueTask.CompletedTask;
    }
}

public sealed class SqlitePartitionStoreTests : PartitionStoreConformance
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
