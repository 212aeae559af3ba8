using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Sqlite;

public sealed class SqlitePartitionLogTests : PartitionLogConformance
{
    protected override ValueTask<PartitionLogFixture> Create() => ValueTask.FromResult<PartitionLogFixture>(new SqliteLogFixture());
}

public sealed class SqlitePartitionLogReadTests : PartitionLogReadConformance
{
    protected override ValueTask<PartitionLogFixture> Create() => ValueTask.FromResult<PartitionLogFixture>(new SqliteLogFixture());
}

public sealed class SqlitePartitionLogSequenceTests : PartitionLogSequences
{
    protected override int Sequences => 40;

    protected override PartitionLogFixture Create() => new SqliteLogFixture();
}
