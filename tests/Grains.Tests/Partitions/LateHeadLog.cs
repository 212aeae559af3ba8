using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.Partitions;

/// <summary>A log whose head is read at once and, while it is held, told later: as over a network on which other answers are quicker. Or it does not answer at all.</summary>
internal sealed class LateHeadLog(IPartitionLog inner) : IPartitionLog
{
    private TaskCompletionSource? _held;

    public int Partitions => inner.Partitions;

    /// <summary>Whether somebody waits for a head.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>While it is set, heads are answered with it.</summary>
    public Exception? Fault { get; set; }

    public void Hold() => _held = new TaskCompletionSource();

    public void Deliver()
    {
        var held = _held;
        _held = null;
        held?.SetResult();
    }

    public async ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default)
    {
        if (Fault is not null) throw Fault;
        var head = await inner.ReadHead(partition, cancellation);
        if (_held is not { } held) return head;
        IsAsked = true;
        await held.Task.WaitAsync(cancellation);
        return head;
    }

    public ValueTask<AppendReply> Append(AppendRequest request, CancellationToken cancellation = default) => inner.Append(request, cancellation);

    public ValueTask<ReadReply> Read(ReadRequest request, CancellationToken cancellation = default) => inner.Read(request, cancellation);

    public ValueTask<LogHead> StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation = default) => inner.StartGeneration(partition, expected, above, cancellation);

    public ValueTask AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation = default) => inner.AnnounceEpoch(partition, epoch, cancellation);

    public ValueTask<long> Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation = default) => inner.Trim(partition, upTo, keepFromLogTime, cancellation);
}
