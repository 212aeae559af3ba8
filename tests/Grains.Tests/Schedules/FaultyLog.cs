using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>A log behind a boundary where calls go wrong.</summary>
internal sealed class FaultyLog(IPartitionLog inner, Line line) : IPartitionLog
{
    public int Partitions => inner.Partitions;

    public async ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default) => await line.Pass(Boundary.Other, () => inner.ReadHead(partition, CancellationToken.None));

    public async ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default) => await line.Pass(Boundary.Append, () => inner.Append(request, CancellationToken.None));

    public async ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default) =>
        // A few entries at a time, so that a read rarely brings everything.
        await line.Pass(Boundary.ReadLog, () => inner.Read(request with { MaxEntries = Math.Min(request.MaxEntries, 5) }, CancellationToken.None));

    public async ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Adopt, () => inner.StartGeneration(partition, expected, above, CancellationToken.None));

    public async ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default) => await line.Pass(Boundary.Other, async () =>
    {
        await inner.AnnounceEpoch(partition, epoch, CancellationToken.None);
        return true;
    });

    public async ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default) =>
        await line.Pass(Boundary.Other, () => inner.Trim(partition, upTo, keepFromLogTime, CancellationToken.None));
}
