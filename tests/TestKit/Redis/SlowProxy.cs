using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Personalization.TestKit.Redis;

/// <summary>
/// A relay on the loopback that makes every answer of a server late by a time that the test sets: what is far away or has a slow disk looks like that. Nothing is reordered, lost or thinned out; only
/// the answers' times change. Disposing ends all connections.
/// </summary>
public sealed class SlowProxy : IAsyncDisposable
{
    private const int ChunkBytes = 16 * 1024;
    private const int ChunksUnderWay = 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _relays = [];
    private readonly int _target;
    private readonly Task _accepting;
    private long _delayTicks;

    /// <summary>Starts it in front of a port of the loopback.</summary>
    public SlowProxy(int target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Accept();
    }

    /// <summary>Its own port.</summary>
    public int Port { get; }

    /// <summary>How late answers are, from now on.</summary>
    public TimeSpan Delay
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_relays);
        _end.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_end.Token);
                _relays.Add(Relay(client));
            }
        }
        catch (Exception ended) when (_end.IsCancellationRequested && ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Relay(Socket client)
    {
        using (client)
        using (var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true })
        using (var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token))
        {
            try
            {
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, end.Token);
                await await Task.WhenAny(Copy(client, server, isLate: false, end.Token), Copy(server, client, isLate: true, end.Token));
            }
            catch (Exception broken) when (broken is SocketException or OperationCanceledException)
            {
                // Either side is gone: so is the other, as over a network.
            }
            finally
            {
                await end.CancelAsync();
            }
        }
    }

    private async Task Copy(Socket from, Socket to, bool isLate, CancellationToken cancellation)
    {
        var underWay = Channel.CreateBounded<(long Due, byte[] Bytes)>(ChunksUnderWay);
        var sending = Send(to, underWay.Reader, cancellation);
        try
        {
            var buffer = new byte[ChunkBytes];
            int read;
            while ((read = await from.ReceiveAsync(buffer, cancellation)) > 0)
                await underWay.Writer.WriteAsync((Environment.TickCount64 + (isLate ? (long)Delay.TotalMilliseconds : 0), buffer[..read]), cancellation);
        }
        finally
        {
            underWay.Writer.Complete();
        }

        await sending;
    }

    private static async Task Send(Socket to, ChannelReader<(long Due, byte[] Bytes)> underWay, CancellationToken cancellation)
    {
        await foreach (var (due, bytes) in underWay.ReadAllAsync(cancellation))
        {
            if (due - Environment.TickCount64 is > 0 and var wait) await Task.Delay((int)wait, cancellation);
            for (var sent = 0; sent < bytes.Length;) sent += await to.SendAsync(bytes.AsMemory(sent), cancellation);
        }
    }
}
