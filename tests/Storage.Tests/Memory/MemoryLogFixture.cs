using Personalization.Log;
using Personalization.Storage.Memory;
using Personalization.TestKit.Storage;

namespace Personalization.Storage.Tests.Memory;

internal sealed class MemoryLogFixture : PartitionLogFixture
{
    private readonly MemoryPartitionLog _log;
    private MemoryPartitionLog? _copy;

    public MemoryLogFixture() => _log = new MemoryPartitionLog(Partitions, Time);

    public override IPartitionLog Log => _log;

    public override ValueTask Reopen() => ValueTask.CompletedTask;

    public override ValueTask KeepCopy()
    {
        _copy = _log.Copy();
        return ValueTask.CompletedTask;
    }

    public override ValueTask RestoreCopy()
    {
        _log.Restore(_copy!);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _log.Dispose();
        return ValueTask.CompletedTask;
    }
}
