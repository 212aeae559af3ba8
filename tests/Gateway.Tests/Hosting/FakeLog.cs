using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>A log in memory that can be told to fail, and that reads back what was appended.</summary>
internal sealed class FakeLog : ILogAppender, IPartitionLog
{
    private readonly Lock _lock = new();
    private readonly List<(int Partition, byte[] Bytes)> _items = [];

    /// <summary>Thrown by appends to the partitions for which it answers something.</summary>
    public Func<int, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Thrown by reads of heads.</summary>
    public Exception? ReadFault { get; set; }

    public int Partitions => 4;

    public IReadOnlyList<(int Partition, byte[] Bytes)> Items
    {
        get
        {
            lock (_lock) return [.. _items];
        }
    }

    public ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default)
    {
        if (Fault(partition) is { } fault) throw fault;
        lock (_lock)
        {
            foreach (var item in items) _items.Add((partition, item.Bytes));
            return ValueTask.FromResult<IReadOnlyList<long>>([.. Enumerable.Range(_items.Count - items.Count + 1, items.Count).Select(n => (long)n)]);
        }
    }

    public ValueTask<LogHead> ReadHead(int partition, CancellationToken cancellation = default) => ReadFault is { } fault ? throw fault : ValueTask.FromResult(default(LogHead));

    ValueTask<AppendReply> IPartitionLog.Append(AppendRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    ValueTask<ReadReply> IPartitionLog.Read(ReadRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    ValueTask<LogHead> IPartitionLog.StartGeneration(int partition, ulong expected, long above, CancellationToken cancellation) => throw new NotSupportedException();

    ValueTask IPartitionLog.AnnounceEpoch(int partition, Epoch epoch, CancellationToken cancellation) => throw new NotSupportedException();

    ValueTask<long> IPartitionLog.Trim(int partition, long upTo, long keepFromLogTime, CancellationToken cancellation) => throw new NotSupportedException();
}
