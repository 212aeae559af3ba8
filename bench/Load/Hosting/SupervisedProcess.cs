using System.Diagnostics;

namespace Personalization.Load.Hosting;

/// <summary>A process that is started again whenever it ends, as a supervisor does, until this object is disposed of. It can be killed and paused.</summary>
internal sealed class SupervisedProcess : IAsyncDisposable
{
    private const int LinesKept = 400;
    private static readonly TimeSpan RestartPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(45);

    private readonly Func<ProcessStartInfo> _start;
    private readonly Queue<string> _output = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Task _supervision;
    private Process _process;

    /// <summary>Starts it.</summary>
    /// <param name="name">For the report.</param>
    /// <param name="start">What to run.</param>
    public SupervisedProcess(string name, Func<ProcessStartInfo> start)
    {
        Name = name;
        _start = start;
        _process = Launch();
        _supervision = Supervise();
    }

    /// <summary>For the report.</summary>
    public string Name { get; }

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Whether it is paused now.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Whether it is to stay away: it was stopped or killed for good.</summary>
    public bool IsEnded => _stopping.IsCancellationRequested;

    /// <summary>The end of what it wrote.</summary>
    public string Output
    {
        get
        {
            lock (_output) return string.Join(Environment.NewLine, _output);
        }
    }

    /// <summary>Ends it at once, as <c>kill -9</c> does; it is started again.</summary>
    public void Kill() => Send(Signals.Kill);

    /// <summary>Stops it in the middle of whatever it does: to the others it is silent, and it knows nothing of that.</summary>
    public void Pause()
    {
        Send(Signals.Stop);
        IsPaused = true;
    }

    /// <summary>Lets it go on.</summary>
    public void Resume()
    {
        Send(Signals.Continue);
        IsPaused = false;
    }

    /// <summary>Asks it to stop, as an upgrade does; it is started again once it has.</summary>
    public void Restart() => Send(Signals.Terminate);

    /// <summary>Ends it at once, as <c>kill -9</c> does, for good.</summary>
    public async Task KillForGood()
    {
        await _stopping.CancelAsync();
        Send(Signals.Kill);
        await _supervision;
    }

    /// <summary>Stops it gracefully, for good.</summary>
    public async Task Stop()
    {
        await _stopping.CancelAsync();
        if (IsPaused) Resume();
        Send(Signals.Terminate);
        await _supervision.WaitAsync(StopTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Send(Signals.Continue);
        Send(Signals.Kill);
        await _supervision;
        _stopping.Dispose();
    }

    private void Send(int signal)
    {
        lock (_gate)
        {
            if (!_process.HasExited) Signals.Send(_process.Id, signal);
        }
    }

    private async Task Supervise()
    {
        while (true)
        {
            await _process.WaitForExitAsync();
            if (_stopping.IsCancellationRequested) break;
            await Task.Delay(RestartPause);
            lock (_gate)
            {
                if (_stopping.IsCancellationRequested) break;
                _process.Dispose();
                IsPaused = false;
                _process = Launch();
            }
        }
    }

    private Process Launch()
    {
        var start = _start();
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.UseShellExecute = false;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Starts++;
        return process;
    }

    private void Hear(string? line)
    {
        if (line is null) return;
        lock (_output)
        {
            _output.Enqueue(line);
            while (_output.Count > LinesKept) _output.Dequeue();
        }
    }
}
