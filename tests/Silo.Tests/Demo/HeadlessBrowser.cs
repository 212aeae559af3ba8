using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace Personalization.Silo.Tests.Demo;

/// <summary>A headless Chromium with one page, spoken to by its DevTools protocol. Disposing ends the process and removes its profile.</summary>
internal sealed class HeadlessBrowser : IAsyncDisposable
{
    private const int PatienceMs = 25_000;

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private string? _session;
    private int _calls;

    private HeadlessBrowser(Process process, string profile) => (_process, _profile) = (process, profile);

    /// <summary>Where Chromium is, or null.</summary>
    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts it with a page of the given size.</summary>
    public static async Task<HeadlessBrowser> Start(int width, int height, CancellationToken cancellation)
    {
        var profile = Directory.CreateTempSubdirectory("browser-").FullName;
        var start = new ProcessStartInfo(Executable ?? throw new InvalidOperationException("there is no Chromium")) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[] { "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--remote-debugging-port=0", $"--user-data-dir={profile}", $"--window-size={width},{height}", "about:blank" })
            start.ArgumentList.Add(argument);
        var browser = new HeadlessBrowser(Process.Start(start)!, profile);
        try
        {
            await browser.Connect(cancellation);
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Goes to an address.</summary>
    public Task Open(string url, CancellationToken cancellation) => Call("Page.navigate", new { url }, cancellation);

    /// <summary>Runs an expression in the page and waits for its promise; the value as JSON.</summary>
    /// <exception cref="InvalidOperationException">It threw.</exception>
    public async Task<JsonElement> Evaluate(string expression, CancellationToken cancellation)
    {
        var answer = await Call("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true }, cancellation);
        if (answer.TryGetProperty("exceptionDetails", out var thrown)) throw new InvalidOperationException($"{expression}: {thrown}");
        return answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Waits until a condition of the page holds; the page's own changes wake it. After 25 s without, it throws with the page's text.</summary>
    public Task Until(string condition, CancellationToken cancellation) => Evaluate(
        $$"""
        new Promise((resolve, reject) => {
          const holds = () => { try { return {{condition}}; } catch { return false; } };
          if (holds()) return resolve(true);
          const watcher = new MutationObserver(() => { if (holds()) { watcher.disconnect(); resolve(true); } });
          setTimeout(() => reject(new Error('still not so; the page says: ' + document.body.innerText)), {{PatienceMs}});
          watcher.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
        })
        """,
        cancellation);

    /// <summary>What the page looks like, as PNG.</summary>
    public async Task<byte[]> Screenshot(CancellationToken cancellation) =>
        (await Call("Page.captureScreenshot", new { format = "png" }, cancellation)).GetProperty("data").GetBytesFromBase64();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task Connect(CancellationToken cancellation)
    {
        const string Told = "DevTools listening on ";
        string? address = null;
        while (address is null)
        {
            var line = await _process.StandardError.ReadLineAsync(cancellation) ?? throw new InvalidOperationException("Chromium ended before it listened");
            if (line.StartsWith(Told, StringComparison.Ordinal)) address = line[Told.Length..].Trim();
        }

        // What it says from now on must not fill the pipe.
        _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        await _socket.ConnectAsync(new Uri(address), cancellation);
        var target = (await Call("Target.createTarget", new { url = "about:blank" }, cancellation)).GetProperty("targetId").GetString();
        _session = (await Call("Target.attachToTarget", new { targetId = target, flatten = true }, cancellation)).GetProperty("sessionId").GetString();
    }

    private async Task<JsonElement> Call(string method, object parameters, CancellationToken cancellation)
    {
        var id = ++_calls;
        var message = JsonSerializer.SerializeToUtf8Bytes(_session is null ? (object)new { id, method, @params = parameters } : new { id, method, @params = parameters, sessionId = _session });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        while (true)
        {
            var answer = await Receive(cancellation);
            if (!answer.TryGetProperty("id", out var of) || of.GetInt32() != id) continue;
            return answer.TryGetProperty("error", out var error) ? throw new InvalidOperationException($"{method}: {error}") : answer.GetProperty("result");
        }
    }

    private async Task<JsonElement> Receive(CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var part = new byte[64 << 10];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await _socket.ReceiveAsync(part.AsMemory(), cancellation);
            whole.Write(part, 0, received.Count);
        }
        while (!received.EndOfMessage);

        return JsonElement.Parse(whole.GetBuffer().AsSpan(0, (int)whole.Length));
    }
}
