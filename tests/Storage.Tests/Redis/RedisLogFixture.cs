using Personalization.Log;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Redis;

internal sealed class RedisLogFixture : PartitionLogFixture
{
    private RedisInstallation _installation = null!;

    public override IPartitionLog Log => _installation.Storage.Log;

    public static async ValueTask<PartitionLogFixture> Open()
    {
        var fixture = new RedisLogFixture();
        fixture._installation = await RedisInstallation.Open(Partitions, fixture.Time);
        return fixture;
    }

    public override async ValueTask Reopen() => await _installation.Reopen();

    public override async ValueTask KeepCopy() => await _installation.CopyLog(restore: false);

    public override async ValueTask RestoreCopy() => await _installation.CopyLog(restore: true);

    public override ValueTask DisposeAsync() => _installation.DisposeAsync();
}
