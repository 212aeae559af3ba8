using Personalization.Log;
using Personalization.Partitions;
using Personalization.Storage.Memory;
using Personalization.Stores;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Memory;

internal sealed class MemoryStoreFixture : PartitionStoreFixture
{
    private readonly MemoryPartitionLog _log;
    private readonly MemoryPartitionStore _store;
    private (MemoryPartitionLog Log, MemoryPartitionStore Store)? _copy;

    public MemoryStoreFixture()
    {
        _log = new MemoryPartitionLog(Partitions, Time);
        _store = new MemoryPartitionStore(Partitions, Time, _log);
    }

    public override IPartitionLog Log => _log;

    public override IPartitionStore Store => _store;

    public override IDocumentStore Documents { get; } = new MemoryDocumentStore();

    public override INameStore Names { get; } = new MemoryNameStore();

    public override ValueTask Reopen() => ValueTask.CompletedTask;

    public override ValueTask KeepCopy()
    {
        _copy?.Log.Dispose();
        _copy = (_log.Copy(), _store.Copy());
        return ValueTask.CompletedTask;
    }

    public override ValueTask RestoreCopy()
    {
        _log.Restore(_copy!.Value.Log);
        _store.Restore(_copy.Value.Store);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _copy?.Log.Dispose();
        _log.Dispose();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask FlipBit(CustomerKey customer, int bit) => (await Store.ReadCustomer(0, customer))!.Row[bit / 8] ^= (byte)(1 << (bit % 8));
}

public sealed class MemoryPartitionStoreTests : PartitionStoreConformance
{
    protected override ValueTask<PartitionStoreFixture> Create() => ValueTask.FromResult<PartitionStoreFixture>(new MemoryStoreFixture());
}

public sealed class MemoryPartitionStoreLossTests : PartitionStoreLossConformance
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
