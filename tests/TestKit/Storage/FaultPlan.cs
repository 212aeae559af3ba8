using System.Collections.Concurrent;

namespace Personalization.TestKit.Storage;

/// <summary>Which writes fail and how, and whether they are held back: shared by <see cref="FaultyPartitionLog"/> and <see cref="FaultyPartitionStore"/>.</summary>
public sealed class FaultPlan
{
    private readonly ConcurrentQueue<Fault> _next = new();
    private readonly ConcurrentQueue<Exception> _throws = new();
    private TaskCompletionSource? _hold;

    /// <summary>How many writes came so far.</summary>
    public int Writes { get; private set; }

    /// <summary>Faults for the next writes, one each, in order.</summary>
    public void Next(params Fault[] faults)
    {
        foreach (var fault in faults) _next.Enqueue(fault);
    }

    /// <summary>The next write is lost with this exception.</summary>
    public void Throw(Exception fault) => _throws.Enqueue(fault);

    /// <summary>Holds writes back from now on, until <see cref="Release"/>.</summary>
    public void Hold() => _hold ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets go what is held back.</summary>
    public void Release()
    {
        var held = _hold;
        _hold = null;
        held?.SetResult();
    }

    /// <summary>Runs a write as planned.</summary>
    public async ValueTask<T> Run<T>(Func<ValueTask<T>> write)
    {
        Writes++;
        if (_hold is { } hold) await hold.Task;
        if (_throws.TryDequeue(out var thrown)) throw thrown;
        _next.TryDequeue(out var fault);
        if (fault == Fault.LostRequest) throw new InjectedFaultException();
        var answer = await write();
        return fault == Fault.LostReply ? throw new InjectedFaultException() : answer;
    }
}
