using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Personalization.TestKit.Processes;

/// <summary>
/// A real engine in a process of its own, on a free port, with a data directory of its own. It can be killed as by <c>kill -9</c>, stopped as by an
/// operator, and started again on the same port and directory. Whatever happens, disposing ends it and removes its files.
/// </summary>
public sealed class EngineProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = Patience.Limit;
    private static readonly TimeSpan StopLimit = Patience.Limit;
    private static readonly TimeSpan ReadyRetry = TimeSpan.FromMilliseconds(50);
    private const int Terminate = 15;

    private readonly string _executable;
    private string[] _settings;
    private readonly Lock _lock = new();
    private readonly StringBuilder _output = new();
    private Process? _process;

    private EngineProcess(string executable, string[] settings)
    {
        _executable = executable;
        _settings = settings;
        DataDirectory = Directory.CreateTempSubdirectory("engine-").FullName;
        Url = $"http://127.0.0.1:{FreePort()}";
        Http = new HttpClient { BaseAddress = new Uri(Url + "/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>Its address.</summary>
    public string Url { get; }

    /// <summary>Its data directory.</summary>
    public string DataDirectory { get; }

    /// <summary>Talks to it; stays usable over restarts.</summary>
    public HttpClient Http { get; }

    /// <summary>Everything that it wrote, over all its lives.</summary>
    public string Output
    {
        get
        {
            lock (_lock) return _output.ToString();
        }
    }

    /// <summary>Whether the process runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Its resident memory in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            var process = _process ?? throw new InvalidOperationException("the engine was not started");
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>Starts an engine and waits until it is ready.</summary>
    /// <param name="settings">Such as <c>--Personalization:Clock=Event</c>.</param>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; its output is in the message.</exception>
    public static Task<EngineProcess> Start(params string[] settings) => Start(BuiltEngine.Executable, settings);

    /// <summary>Starts a gateway without a silo and waits until it is ready.</summary>
    /// <param name="settings">Such as <c>--Personalization:Storage=Redis</c>.</param>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; its output is in the message.</exception>
    public static Task<EngineProcess> StartGateway(params string[] settings) => Start(BuiltEngine.Gateway, settings);

    private static async Task<EngineProcess> Start(string executable, string[] settings)
    {
        var engine = new EngineProcess(executable, settings);
        try
        {
            await engine.Restart();
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again, on the same port and directory, and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It runs, it ended, or it was not ready in time.</exception>
    public async Task Restart()
    {
        if (IsRunning) throw new InvalidOperationException("the engine is running");
        _process?.Dispose();
        _process = Launch();
        await WaitUntilReady(_process);
    }

    /// <summary>Starts it again with other settings than before.</summary>
    /// <exception cref="InvalidOperationException">It runs, it ended, or it was not ready in time.</exception>
    public Task RestartWith(params string[] settings)
    {
        _settings = settings;
        return Restart();
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public async Task Kill()
    {
        if (_process is not { } process) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop and waits until it has. Answers its exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    public async Task<int> Stop()
    {
        var process = _process ?? throw new InvalidOperationException("the engine was not started");
        if (SendSignal(process.Id, Terminate) != 0) throw new InvalidOperationException($"the engine could not be asked to stop: error {Marshal.GetLastPInvokeError()}");
        using var time = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(time.Token);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"the engine did not stop within {StopLimit}:\n{Output}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning) await Kill();
        _process?.Dispose();
        Http.Dispose();
        Directory.Delete(DataDirectory, recursive: true);
    }

    private Process Launch()
    {
        var start = new ProcessStartInfo(_executable)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = DataDirectory,
        };
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add(Url);
        start.ArgumentList.Add($"--Personalization:DataDirectory={DataDirectory}");
        foreach (var setting in _settings) start.ArgumentList.Add(setting);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += Capture;
        process.ErrorDataReceived += Capture;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task WaitUntilReady(Process process)
    {
        using var time = new CancellationTokenSource(StartLimit);
        var exit = process.WaitForExitAsync(time.Token);
        while (!time.IsCancellationRequested)
        {
            try
            {
                using var response = await Http.GetAsync("health/ready", time.Token);
                if (response.IsSuccessStatusCode) return;
            }
            catch (Exception notYet) when (notYet is HttpRequestException or IOException or OperationCanceledException)
            {
                // It does not listen yet.
            }

            await Task.WhenAny(exit, Task.Delay(ReadyRetry));
            if (!process.HasExited) continue;
            await process.WaitForExitAsync(); // for the rest of its output
            throw new InvalidOperationException($"the engine ended with exit code {process.ExitCode}:\n{Output}");
        }

        throw new InvalidOperationException($"the engine was not ready within {StartLimit}:\n{Output}");
    }

    private void Capture(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_lock) _output.AppendLine(line.Data);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    // .NET can only kill; an operator's stop is SIGTERM.
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
