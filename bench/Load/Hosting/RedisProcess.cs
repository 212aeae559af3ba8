using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Personalization.Load.Hosting;

/// <summary>A <c>redis-server</c> of this run's own, with its files in the run's folder.</summary>
internal static class RedisProcess
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts one on a port.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <param name="port">Where it listens, on the loopback.</param>
    /// <param name="fsync"><c>always</c>, <c>everysec</c> or <c>no</c>.</param>
    /// <param name="beforeStart">Runs before each start, while nobody has the files open.</param>
    public static SupervisedProcess Start(string folder, int port, string fsync, Action? beforeStart = null)
    {
        var files = Directory.CreateDirectory(Path.Combine(folder, "redis")).FullName;
        return new SupervisedProcess("redis", () =>
        {
            beforeStart?.Invoke();
            return new ProcessStartInfo(
                "redis-server",
                ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", files, "--save", "", "--appendonly", "yes", "--appendfsync", fsync, "--maxmemory-policy", "noeviction"]);
        });
    }

    /// <summary>Waits until it answers.</summary>
    public static async Task WaitUntilReady(int port, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
                await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), cancellation);
                var answer = new byte[16];
                if (await client.GetStream().ReadAsync(answer, cancellation) > 0 && answer[0] == '+') return;
            }
            catch (Exception notYet) when (notYet is SocketException or IOException && Stopwatch.GetElapsedTime(started) < StartLimit)
            {
                // It does not listen yet.
            }

            await Task.Delay(Retry, cancellation);
        }
    }

    /// <summary>A port of the loopback on which nobody listens now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
