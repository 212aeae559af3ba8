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

    /// <summary>Waits for a set, at most so long; where several wait, the first whose time is over wakes all. Answers whether it was set.</summary>
    /// <remarks>Everything completes one source that is awaited directly, so that the waiter goes on on its scheduler without a detour over the thread pool.</remarks>
    public async Task<bool> Wait(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        if (!_set)
        {
            var waiting = _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), waiting, atMost, Timeout.InfiniteTimeSpan))
            using (cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), waiting))
            {
                await waiting.Task;
            }

            if (ReferenceEquals(_waiting, waiting)) _waiting = null;
            cancellation.ThrowIfCancellationRequested();
        }

        var wasSet = _set;
        _set = false;
        return wasSet;
    }
}
