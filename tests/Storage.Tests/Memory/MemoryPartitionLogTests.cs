using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Memory;

public sealed class MemoryPartitionLogTests : PartitionLogConformance
{
    protected override ValueTask<PartitionLogFixture> Create() => ValueTask.FromResult<PartitionLogFixture>(new MemoryLogFixture());
}

public sealed class MemoryPartitionLogReadTests : PartitionLogReadConformance
{
    protected override ValueTask<PartitionLogFixture> Create() => ValueTask.FromResult<PartitionLogFixture>(new MemoryLogFixture());
}

public sealed class MemoryPartitionLogSequenceTests : PartitionLogSequences
{
    protected override int Sequences => 500;

    protected override PartitionLogFixture Create() => new MemoryLogFixture();
}
