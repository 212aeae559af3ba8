using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Redis;

internal sealed class RedisStoreFixture : PartitionStoreFixture
{
    private RedisInstallation _installation = null!;

    public override IPartitionLog Log => _installation.Storage.Log;

    public override IPartitionStore Store => _installation.Storage.Store;

    public override IDocumentStore Documents => _installation.Storage.Documents;

    public override INameStore Names => _installation.Storage.Names;

    public static async ValueTask<PartitionStoreFixture> Open()
    {
        var fixture = new RedisStoreFixture();
        fixture._installation = await RedisInstallation.Open(Partitions, fixture.Time);
        return fixture;
    }

    public override async ValueTask Reopen() => await _installation.Reopen();

    public override async ValueTask KeepCopy() => await _installation.CopyPartitions(restore: false);

    public override async ValueTask RestoreCopy() => await _installation.CopyPartitions(restore: true);

    public override async ValueTask FlipBit(CustomerKey customer, int bit)
    {
        const int HeaderSize = 17;
        var database = _installation.Connection.GetDatabase();
        var rows = $"{_installation.Options.KeyPrefix}:{{0}}:rows:{PartitionMap.SlotOf(customer)}";
        var row = (byte[])(await database.HashGetAsync(rows, customer.Text))!;
        row[HeaderSize + (bit / 8)] ^= (byte)(1 << (bit % 8));
        await database.HashSetAsync(rows, customer.Text, row);
    }

    public override ValueTask DisposeAsync() => _installation.DisposeAsync();
}

public sealed class RedisPartitionStoreTests : PartitionStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => RedisStoreFixture.Open();
}

public sealed class RedisPartitionStoreLossTests : PartitionStoreLossConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => RedisStoreFixture.Open();
}

public sealed class RedisPartitionStoreRecordsTests : PartitionStoreRecordsConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => RedisStoreFixture.Open();
}

public sealed class RedisDocumentStoreTests : DocumentStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => RedisStoreFixture.Open();
}

public sealed class RedisNameStoreTests : NameStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => RedisStoreFixture.Open();
}

public sealed class RedisPartitionStoreSequenceTests : PartitionStoreSequences
{
    protected override int Sequences => 150;

    protected override PartitionStoreFixture Create() => RedisStoreFixture.Open().AsTask().GetAwaiter().GetResult();
}
