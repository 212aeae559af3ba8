using System.Diagnostics;
using Personalization.Load.Hosting;

namespace Personalization.Load.Kill;

/// <summary>The shipped engine over one data folder, killed and started again; clients ask for its present address.</summary>
internal sealed class RestartingServer(string folder) : IAsyncDisposable
{
    private TaskCompletionSource<ServerProcess> _present = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long each start took until it listened.</summary>
    public List<double> StartSeconds { get; } = [];

    /// <summary>The process that runs, or will run next.</summary>
    public Task<ServerProcess> Present => Volatile.Read(ref _present).Task;

    /// <summary>Starts it.</summary>
    public async Task Start(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            _present.SetResult(await ServerProcess.StartEngine(folder, cancellation));
        }
        catch (Exception fault)
        {
            _present.TrySetException(fault);
            throw;
        }

        StartSeconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Kills it with SIGKILL and starts another over the same folder.</summary>
    public async Task KillAndRestart(CancellationToken cancellation)
    {
        var old = await Present;
        Volatile.Write(ref _present, new TaskCompletionSource<ServerProcess>(TaskCreationOptions.RunContinuationsAsynchronously));
        await old.Kill();
        await old.DisposeAsync();
        await Start(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (Present.IsCompletedSuccessfully) await (await Present).DisposeAsync();
    }
}
