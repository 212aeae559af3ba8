using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Personalization.TestKit.Redis;

/// <summary>
/// A real <c>redis-server</c> of a test's own: on a free port of the loopback, with its files in a temporary folder. It can be killed as by <c>kill -9</c> and
/// started again on the same port and files. Whatever happens, disposing ends it, by its process id, and removes its files.
/// </summary>
public sealed class RedisServer : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan StartLimit = Patience.Limit;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);
    private static readonly Lazy<RedisServer> SharedServer = new(StartShared);

    private readonly string[] _settings;
    private readonly string _folder;
    private readonly StringBuilder _output = new();
    private Process? _process;

    private RedisServer(string[] settings)
    {
        _settings = settings;
        _folder = Directory.CreateTempSubdirectory("redis-").FullName;
        Port = FreePort();
    }

    /// <summary>One server for all tests of a process that only need some Redis: nothing of it is kept, and each test takes a prefix of its own.</summary>
    public static RedisServer Shared => SharedServer.Value;

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Where it is, for a client.</summary>
    public string Configuration => $"127.0.0.1:{Port}";

    /// <summary>Its process; null before the first start.</summary>
    public Process? Process => _process;

    /// <summary>Whether <c>redis-server</c> is installed.</summary>
    public static bool IsInstalled { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "redis-server")));

    /// <summary>Skips the running test where no Redis is installed; on a build machine it fails.</summary>
    public static void SkipUnlessInstalled()
    {
        if (!IsInstalled) BuildMachine.Missing("redis-server is not installed (apt-get install redis-server); ./test installs it where it may");
    }

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Such as <c>--appendonly</c>, <c>yes</c>.</param>
    public static async Task<RedisServer> Start(params string[] settings)
    {
        var server = new RedisServer(settings);
        try
        {
            await server.Restart();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server that keeps every answered write.</summary>
    public static Task<RedisServer> StartDurable() => Start("--appendonly", "yes", "--appendfsync", "always");

    /// <summary>Starts it again on the same port and files, and waits until it answers.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not answer in time; its output is in the message.</exception>
    public async Task Restart()
    {
        _process?.Dispose();
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = _folder };
        string[] own = ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"];
        foreach (var argument in own.Concat(_settings)) start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += Capture;
        _process.ErrorDataReceived += Capture;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var started = Stopwatch.GetTimestamp();
        while (!await Answers())
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit) throw new InvalidOperationException($"redis-server on port {Port} did not start:\n{Output}");
            await Task.Delay(Retry);
        }
    }

    /// <summary>Copies its files as they are, as a back-up made while it runs.</summary>
    public void CopyFiles()
    {
        var copy = _folder + ".copy";
        if (Directory.Exists(copy)) Directory.Delete(copy, recursive: true);
        Copy(_folder, copy);
    }

    /// <summary>Puts the copied files in the place of its own; it must not run.</summary>
    public void RestoreFiles()
    {
        Directory.Delete(_folder, recursive: true);
        Copy(_folder + ".copy", _folder);
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public async Task Kill()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process?.Dispose();
        foreach (var folder in new[] { _folder, _folder + ".copy" })
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc />
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    private static RedisServer StartShared()
    {
        var server = Task.Run(() => Start("--appendonly", "no")).GetAwaiter().GetResult();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Dispose();
        return server;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> Answers()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var read = await stream.ReadAsync(answer);
            return Encoding.ASCII.GetString(answer, 0, read).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception notYet) when (notYet is SocketException or IOException)
        {
            return false;
        }
    }

    private void Capture(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_output) _output.AppendLine(line.Data);
    }
}
