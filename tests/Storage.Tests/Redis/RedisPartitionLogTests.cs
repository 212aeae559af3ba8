using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Redis;

public sealed class RedisPartitionLogTests : PartitionLogConformance
{
    protected override ValueTask<PartitionLogFixture> Create() => RedisLogFixture.Open();
}

public sealed class RedisPartitionLogReadTests : PartitionLogReadConformance
{
    protected override ValueTask<PartitionLogFixture> Create() => RedisLogFixture.Open();
}

public sealed class RedisPartitionLogSequenceTests : PartitionLogSequences
{
    protected override int Sequences => 150;

    protected override PartitionLogFixture Create() => RedisLogFixture.Open().AsTask().GetAwaiter().GetResult();
}
