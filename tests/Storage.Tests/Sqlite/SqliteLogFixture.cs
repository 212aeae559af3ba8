using Personalization.Log;
using Personalization.Storage.Sqlite;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Sqlite;

internal sealed class SqliteLogFixture : PartitionLogFixture
{
    private readonly TemporaryFolder _folder = new();
    private SqlitePartitionLog _log;

    public SqliteLogFixture() => _log = new SqlitePartitionLog(_folder.File("log.db"), Partitions, Time);

    public override IPartitionLog Log => _log;

    public override ValueTask Reopen() => Between(() => { });

    public override ValueTask KeepCopy() => Between(() => File.Copy(_folder.File("log.db"), _folder.File("copy.db"), overwrite: true));

    public override ValueTask RestoreCopy() => Between(() => File.Copy(_folder.File("copy.db"), _folder.File("log.db"), overwrite: true));

    public override ValueTask DisposeAsync()
    {
        _log.Dispose();
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private ValueTask Between(Action work)
    {
        _log.Dispose();
        work();
        _log = new SqlitePartitionLog(_folder.File("log.db"), Partitions, Time);
        return ValueTask.CompletedTask;
    }
}
