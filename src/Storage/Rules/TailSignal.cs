namespace Personalization.Storage.Rules;

/// <summary>Wakes readers that wait for a partition's tail to move. One wake-up for all waiters; nothing is allocated while nobody waits.</summary>
internal sealed class TailSignal
{
    private TaskCompletionSource? _waiters;
    private volatile bool _closed;

    /// <summary>A task that ends at the next <see cref="Raise"/>. Take it before looking at the tail.</summary>
    /// <exception cref="ObjectDisposedException">The log is closed.</exception>
    public Task Next()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var present = Volatile.Read(ref _waiters);
            if (present is not null) return present.Task;
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (Interlocked.CompareExchange(ref _waiters, mine, null) is not null) continue;
            if (_closed) mine.TrySetException(new ObjectDisposedException(nameof(TailSignal)));
            return mine.Task;
        }
    }

    /// <summary>Wakes whoever waits.</summary>
    public void Raise() => Interlocked.Exchange(ref _waiters, null)?.TrySetResult();

    /// <summary>Wakes whoever waits with an error, and refuses later waiters.</summary>
    public void Close()
    {
        _closed = true;
        Interlocked.Exchange(ref _waiters, null)?.TrySetException(new ObjectDisposedException(nameof(TailSignal), "the log was closed"));
    }

    /// <summary>Waits for the next raise or the deadline; false: the deadline came first.</summary>
    public static async ValueTask<bool> Wait(Task next, TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        if (atMost <= TimeSpan.Zero) return false;
        try
        {
            await next.WaitAsync(atMost, time, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
