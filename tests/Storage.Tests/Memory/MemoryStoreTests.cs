using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Memory;

internal sealed class MemoryStoreFixture : PartitionStoreFixture
{
    public MemoryStoreFixture() => Store = new MemoryPartitionStore(Partitions, Time);

    public override IPartitionStore Store { get; }

    public override IDocumentStore Documents { get; } = new MemoryDocumentStore();

    public override INameStore Names { get; } = new MemoryNameStore();

    public override ValueTask Reopen() => ValueTask.CompletedTask;

    public override async ValueTask FlipBit(CustomerKey customer, int bit) => (await Store.ReadCustomer(0, customer))!.Row[bit / 8] ^= (byte)(1 << (bit % 8));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class MemoryPartitionStoreTests : PartitionStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new MemoryStoreFixture());
}

public sealed class MemoryPartitionStoreRecordsTests : PartitionStoreRecordsConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new MemoryStoreFixture());
}

public sealed class MemoryDocumentStoreTests : DocumentStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new MemoryStoreFixture());
}

public sealed class MemoryNameStoreTests : NameStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new MemoryStoreFixture());
}

public sealed class MemoryPartitionStoreSequenceTests : PartitionStoreSequences
{
    protected override int Sequences => 500;

    protected override PartitionStoreFixture Create() => new MemoryStoreFixture();
}
