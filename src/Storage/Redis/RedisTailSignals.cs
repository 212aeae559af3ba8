using Personalization.Storage.Rules;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// Wakes readers of this process when another process appended: every append publishes the new tail on its partition's channel. A message may be
/// lost with the connection, so a waiting reader also looks by itself now and then, and all look when the connection is back.
/// </summary>
internal sealed class RedisTailSignals : IDisposable
{
    private readonly IConnectionMultiplexer _connection;
    private readonly Partition[] _partitions;

    public RedisTailSignals(IConnectionMultiplexer connection, RedisKeys keys)
    {
        _connection = connection;
        _partitions = [.. keys.Partitions.Select(partition => new Partition(partition.Tail))];
        _connection.ConnectionRestored += Restored;
    }

    /// <summary>A task that ends when the partition's tail moves. Take it before looking at the tail.</summary>
    public async ValueTask<Task> Next(int partition)
    {
        var own = _partitions[partition];
        await own.Subscribe(_connection.GetSubscriber()).ConfigureAwait(false);
        return own.Signal.Next();
    }

    /// <summary>The tail that was last heard of or <see cref="Saw">seen</see>; −1 if it is not known.</summary>
    public long Known(int partition) => Volatile.Read(ref _partitions[partition].Tail);

    /// <summary>Takes note of a tail that was read.</summary>
    public void Saw(int partition, long tail) => Volatile.Write(ref _partitions[partition].Tail, tail);

    /// <summary>Wakes whoever waits with an error. The connection is the host's and stays open.</summary>
    public void Dispose()
    {
        _connection.ConnectionRestored -= Restored;
        foreach (var partition in _partitions) partition.Signal.Close();
        if (!_connection.IsConnected) return;
        var subscriber = _connection.GetSubscriber();
        foreach (var partition in _partitions.Where(partition => partition.IsSubscribed)) subscriber.Unsubscribe(partition.Channel, partition.Heard, CommandFlags.FireAndForget);
    }

    private void Restored(object? sender, ConnectionFailedEventArgs restored)
    {
        foreach (var partition in _partitions)
        {
            Volatile.Write(ref partition.Tail, -1);
            partition.Signal.Raise();
        }
    }

    private sealed class Partition(RedisChannel channel)
    {
        public long Tail = -1;

        private Task? _subscribed;

        public RedisChannel Channel { get; } = channel;

        public TailSignal Signal { get; } = new();

        public bool IsSubscribed => _subscribed is not null;

        public Task Subscribe(ISubscriber subscriber)
        {
            if (_subscribed is { IsCompletedSuccessfully: true } done) return done;
            lock (Signal)
            {
                if (_subscribed is null or { IsFaulted: true } or { IsCanceled: true }) _subscribed = subscriber.SubscribeAsync(Channel, Heard);
                return _subscribed;
            }
        }

        public void Heard(RedisChannel channel, RedisValue message)
        {
            Volatile.Write(ref Tail, (long)message);
            Signal.Raise();
        }
    }
}
