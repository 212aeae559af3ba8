using Personalization.Storage.Rules;
using StackExchange.Redis;

namespace Personalization.Storage.Redis;

/// <summary>
/// Wakes readers of this process when the log has grown: by the answer of an append of this process, and by the message that an append of another
/// process publishes with the new tail on its partition's channel. A message may be lost with the connection, so a waiting reader also looks by itself
/// now and then, and all look when the connection is back.
/// </summary>
internal sealed class RedisTailSignals : IDisposable
{
    private readonly IConnectionMultiplexer _connection;
    private readonly Action _restored;
    private readonly Partition[] _partitions;

    /// <summary>Listens on a connection.</summary>
    /// <param name="connection">The host's connection.</param>
    /// <param name="keys">The partitions and their channels.</param>
    /// <param name="restored">Called when the connection is back, before readers are woken.</param>
    public RedisTailSignals(IConnectionMultiplexer connection, RedisKeys keys, Action restored)
    {
        _connection = connection;
        _restored = restored;
        _partitions = [.. keys.Partitions.Select(partition => new Partition(partition.Tail))];
        _connection.ConnectionRestored += Restored;
    }

    /// <summary>A task that ends when the partition's tail moves. Take it before looking at the tail.</summary>
    /// <exception cref="TimeoutException">Redis does not answer; the next call asks it again to send its messages.</exception>
    public async ValueTask<Task> Next(int partition)
    {
        var own = _partitions[partition];
        var subscribed = own.Subscribe(_connection.GetSubscriber());
        if (!subscribed.IsCompletedSuccessfully)
        {
            try
            {
                await subscribed.WaitAsync(TimeSpan.FromMilliseconds(_connection.TimeoutMilliseconds)).ConfigureAwait(false);
            }
            catch
            {
                own.Forget(subscribed);
                throw;
            }
        }

        return own.Signal.Next();
    }

    /// <summary>Whether this process listens to a partition's messages.</summary>
    public bool IsSubscribed(int partition) => _partitions[partition].IsSubscribed;

    /// <summary>The tail that was last heard of or <see cref="Saw">seen</see>; −1 if it is not known.</summary>
    public long Known(int partition) => Volatile.Read(ref _partitions[partition].Tail);

    /// <summary>Takes note of a tail that Redis answered. One below what is known may be an older answer or another generation's: whoever reads looks first.</summary>
    public void Saw(int partition, long tail)
    {
        ref var known = ref _partitions[partition].Tail;
        Volatile.Write(ref known, Volatile.Read(ref known) > tail ? -1 : tail);
    }

    /// <summary>An append of this process has ended, however it did: readers look.</summary>
    public void Wake(int partition) => _partitions[partition].Signal.Raise();

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
        _restored();
        foreach (var partition in _partitions) partition.Lost();
    }

    private sealed class Partition(RedisChannel channel)
    {
        public long Tail = -1;

        private readonly Lock _gate = new();
        private Task? _subscribed;

        public RedisChannel Channel { get; } = channel;

        public TailSignal Signal { get; } = new();

        public bool IsSubscribed => _subscribed is { IsCompletedSuccessfully: true };

        public Task Subscribe(ISubscriber subscriber)
        {
            if (_subscribed is { IsCompletedSuccessfully: true } done) return done;
            lock (_gate)
            {
                return _subscribed ??= subscriber.SubscribeAsync(Channel, Heard);
            }
        }

        /// <summary>A subscription failed, or nothing was heard of it.</summary>
        public void Forget(Task subscription)
        {
            lock (_gate)
            {
                if (ReferenceEquals(_subscribed, subscription)) _subscribed = null;
            }
        }

        public void Lost()
        {
            Volatile.Write(ref Tail, -1);
            Signal.Raise();
        }

        public void Heard(RedisChannel channel, RedisValue message)
        {
            var (known, tail) = (Volatile.Read(ref Tail), (long)message);

            // Only a tail that rises from a known one is known to be of the same generation; else whoever reads looks first.
            Volatile.Write(ref Tail, known >= 0 && tail > known ? tail : -1);
            Signal.Raise();
        }
    }
}
