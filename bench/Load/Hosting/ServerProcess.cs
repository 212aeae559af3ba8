using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.RegularExpressions;

namespace Personalization.Load.Hosting;

/// <summary>A server in a process of its own, so that what it costs can be told from what the client costs, and so that it can be killed.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    private readonly Process _process;
    private readonly HttpClient _control;

    private ServerProcess(Process process, Uri url)
    {
        _process = process;
        Url = url;
        _control = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromMinutes(20) };
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Starts a system with the doors of <see cref="BenchDoors"/>.</summary>
    public static Task<ServerProcess> StartSystem(SystemKind kind, string folder, CancellationToken cancellation, params string[] settings) => Start(
        typeof(ServerProcess).Assembly.Location, ["host", "--kind", kind.ToString(), .. Settings(folder), .. settings], cancellation);

    /// <summary>Starts the engine exactly as it is shipped.</summary>
    public static Task<ServerProcess> StartEngine(string folder, CancellationToken cancellation, params string[] settings) => Start(
        typeof(Silo.Hosting.EngineHost).Assembly.Location, ["serve", .. Settings(folder), .. settings], cancellation);

    /// <summary>Calls a control door.</summary>
    public async Task<T> Ask<T>(string path, CancellationToken cancellation = default)
    {
        using var answer = await _control.PostAsync(new Uri(path, UriKind.Relative), content: null, cancellation);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
        return (await answer.Content.ReadFromJsonAsync<T>(cancellation))!;
    }

    /// <summary>Gets JSON.</summary>
    public async Task<T> Get<T>(string path, CancellationToken cancellation = default) =>
        (await _control.GetFromJsonAsync<T>(new Uri(path, UriKind.Relative), cancellation))!;

    /// <summary>What the process has used so far.</summary>
    public Task<ProcessUse> Use(CancellationToken cancellation = default) => Get<ProcessUse>("/bench/process", cancellation);

    /// <summary>Ends it at once, as <c>kill -9</c> does.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Lets it stop by itself, bounded: the end of its standard input tells it to.</summary>
    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        if (!_process.HasExited)
        {
            using var patience = new CancellationTokenSource(StopTimeout);
            try
            {
                _process.StandardInput.Close();
                Terminate(_process.Id);
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
    }

    private static IEnumerable<string> Settings(string folder) => ["--urls", "http://127.0.0.1:0", "--Personalization:DataDirectory", folder];

    private static async Task<ServerProcess> Start(string assembly, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments.Prepend(assembly).Prepend("exec")) start.ArgumentList.Add(argument);

        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new StringBuilder();
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        void Hear(string? line)
        {
            if (line is null) return;
            if (Listening().Match(line) is { Success: true } found) listening.TrySetResult(new Uri(found.Groups[1].Value));
            lock (output)
            {
                if (output.Length < 16_384) output.AppendLine(line);
            }
        }

        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"{assembly} ended before it listened"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new ServerProcess(process, await listening.Task.WaitAsync(StartTimeout, cancellation));
        }
        catch (Exception fault) when (fault is InvalidOperationException or TimeoutException or OperationCanceledException)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            lock (output) throw new InvalidOperationException($"{Path.GetFileName(assembly)} did not start: {fault.Message}{Environment.NewLine}{output}", fault);
        }
    }

    /// <summary>Sends SIGTERM, upon which a host stops gracefully; .NET itself can only kill.</summary>
    private static void Terminate(int processId)
    {
        using var kill = Process.Start(new ProcessStartInfo("/bin/kill", ["-TERM", processId.ToString(System.Globalization.CultureInfo.InvariantCulture)]));
        kill?.WaitForExit();
    }

    [GeneratedRegex(@"(?:Now listening on: |^Personalization \S+ on )(http://[^\s,;]+)")]
    private static partial Regex Listening();
}
