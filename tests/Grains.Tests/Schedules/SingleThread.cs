using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>
/// Runs everything of a schedule on the thread that calls it, in the order in which it became ready, on a clock that only moves when nothing is
/// ready: so a schedule takes no real time and ends the same whenever it is run.
/// </summary>
internal sealed class SingleThread(FakeTimeProvider time) : TaskScheduler
{
    private const int MaxTurns = 100_000;

    private readonly BlockingCollection<Task> _ready = [];
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private int _outside;
    private bool _running;
    private string? _strayed;

    /// <summary>Starts work; it goes on with <see cref="Run"/>.</summary>
    public Task<T> Start<T>(Func<Task<T>> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    public Task Start(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    /// <summary>Waits, inside a schedule, for something that other threads do: the clock stands still until it is done.</summary>
    public async Task<T> Outside<T>(Func<ValueTask<T>> work)
    {
        // Counted before it begins: its answer may be there before this thread goes on.
        _outside++;
        try
        {
            return await work();
        }
        finally
        {
            _outside--;
        }
    }

    /// <summary>Says so if the caller is not within a turn.</summary>
    public void Verify()
    {
        if (Current != this) _strayed ??= Environment.StackTrace;
    }

    /// <summary>Runs whatever is ready until nothing is.</summary>
    public void Run()
    {
        _running = true;
        for (var turns = 0; _ready.TryTake(out var task, _outside > 0 ? 10_000 : 0); turns++)
        {
            if (turns == MaxTurns) throw new TimeoutException($"after {MaxTurns} turns something is still ready, though no time has passed: it goes round in circles");
            TryExecuteTask(task);
        }

        _running = false;
        if (_outside > 0) throw new TimeoutException("the storage did not answer within ten seconds");
        if (_strayed is { } stack) throw new InvalidOperationException($"something went on on another thread, so that nobody knows when:\n{stack}");
    }

    /// <summary>Runs, and lets time pass in steps.</summary>
    public void Run(TimeSpan passes, TimeSpan step)
    {
        Run();
        for (var passed = TimeSpan.Zero; passed < passes; passed += step)
        {
            time.Advance(step);
            Run();
        }
    }

    /// <summary>Runs until a task has ended, letting time pass.</summary>
    public T Result<T>(Task<T> task, TimeSpan atMost)
    {
        Run();
        var step = TimeSpan.FromMilliseconds(50);
        for (var passed = TimeSpan.Zero; passed < atMost && !task.IsCompleted; passed += step) Run(step, step);
        if (!task.IsCompleted) throw new TimeoutException($"nothing came of it within {atMost}");
        return task.GetAwaiter().GetResult();
    }

    protected override void QueueTask(Task task)
    {
        if (_outside == 0 && Environment.CurrentManagedThreadId != _thread) _strayed ??= Environment.StackTrace;
        _ready.Add(task);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => _running && !taskWasPreviouslyQueued && Current == this && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _ready;
}
