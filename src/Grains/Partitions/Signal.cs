namespace Personalization.Grains.Partitions;

/// <summary>An auto-reset event for tasks on one scheduler: a wait ends with the next set, or at once if it was set since the last wait.</summary>
internal sealed class Signal
{
    private TaskCompletionSource? _waiting;
    private bool _set;

    /// <summary>Wakes whoever waits, or the next one who does.</summary>
    public void Set()
    {
        _set = true;
        _waiting?.TrySetResult();
    }

    /// <summary>Waits for a set, at most so long. Answers whether it was set.</summary>
    public async Task<bool> Wait(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        if (!_set)
        {
            var waiting = _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await waiting.Task.WaitAsync(atMost, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (ReferenceEquals(_waiting, waiting)) _waiting = null;
            cancellation.ThrowIfCancellationRequested();
        }

        var wasSet = _set;
        _set = false;
        return wasSet;
    }
}
