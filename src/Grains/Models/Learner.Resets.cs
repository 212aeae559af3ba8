using System.Collections.Concurrent;

namespace Personalization.Grains.Models;

/// <summary>Parts of the model that are to begin anew: asked for from anywhere, done by whoever learns, answered once that is stored.</summary>
internal sealed partial class Learner
{
    private readonly ConcurrentQueue<(string Part, TaskCompletionSource Done)> _resets = [];
    private readonly List<TaskCompletionSource> _unstoredResets = [];

    /// <summary>Forgets what a part of the model has learned; returns once that is stored.</summary>
    /// <exception cref="NotSupportedException">The model has no such parts.</exception>
    public Task Reset(string part, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _resets.Enqueue((part, done));
        return done.Task.WaitAsync(cancellation);
    }

    /// <summary>In the thread that learns: rows before it in the outbox are forgotten, those behind it are learned.</summary>
    private void TakeResets()
    {
        while (_resets.TryDequeue(out var reset))
        {
            try
            {
                _model.Reset(reset.Part);
                _unstoredResets.Add(reset.Done);
                _isDirty = _saveSoon = true;
            }
            catch (NotSupportedException fault)
            {
                reset.Done.TrySetException(fault);
            }
        }
    }

    /// <summary>What was reset is stored; or, with a fault, it was not, and the model starts over from what was stored before.</summary>
    private void EndResets(Exception? fault)
    {
        foreach (var reset in _unstoredResets)
        {
            if (fault is null) reset.TrySetResult();
            else reset.TrySetException(fault);
        }

        _unstoredResets.Clear();
    }
}
