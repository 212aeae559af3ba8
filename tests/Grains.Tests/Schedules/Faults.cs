using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace Personalization.Grains.Tests.Schedules;

/// <summary>Where calls leave the code under test.</summary>
internal enum Boundary
{
    Apply,
    Collect,
    Acknowledge,
    CatchUp,
    ReadCustomer,
    Commit,
    Advance,
    Park,
    Claim,
    Adopt,
    ReadLog,
    Append,
    Other,
}

/// <summary>How a call goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>It is not made.</summary>
    Refused,

    /// <summary>It is made, and its answer is an error.</summary>
    AnswerLost,

    /// <summary>It is made late.</summary>
    Slow,

    /// <summary>It is made, and answered late.</summary>
    SlowAnswer,

    /// <summary>It is made very late, long after its caller got an error.</summary>
    Stray,

    /// <summary>It is made, and once more very late.</summary>
    Twice,

    /// <summary>As <see cref="Refused"/>, with the exception of a call that was cancelled.</summary>
    Cancelled,
}

/// <summary>A fault of the infrastructure, made by a schedule.</summary>
internal sealed class InjectedFaultException(string what) : Exception(what);

/// <summary>The calls of one process: once it is dead, nothing it is waiting for ever comes.</summary>
internal sealed class Line(Faults faults)
{
    private readonly TaskCompletionSource _never = new();

    public bool IsDead { get; set; }

    public async Task<T> Pass<T>(Boundary at, Func<ValueTask<T>> call)
    {
        if (IsDead) await _never.Task;
        try
        {
            return await faults.Pass(at, call);
        }
        finally
        {
            if (IsDead) await _never.Task;
        }
    }
}

/// <summary>Lets calls pass, after a while of its own choice, or go wrong as a schedule says.</summary>
internal sealed class Faults(SingleThread thread, FakeTimeProvider time, int seed)
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(700);
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(3);

    private readonly Dictionary<Boundary, Queue<FaultKind>> _next = [];
    private readonly Random _random = new(seed);
    private readonly StringBuilder _trace = new();

    public bool Healed { get; private set; }

    public static int Kinds => Enum.GetValues<Boundary>().Length * Enum.GetValues<FaultKind>().Length;

    public void Add(int number)
    {
        var kinds = Enum.GetValues<FaultKind>().Length;
        var at = (Boundary)(number / kinds % Enum.GetValues<Boundary>().Length);
        if (!_next.TryGetValue(at, out var queue)) _next.Add(at, queue = new Queue<FaultKind>());
        queue.Enqueue((FaultKind)(number % kinds));
    }

    public void Heal()
    {
        Healed = true;
        _next.Clear();
    }

    /// <summary>Every call so far: when, where, and what went wrong.</summary>
    public string Trace => _trace.ToString();

    public int Draw(int below) => _random.Next(below);

    public async Task<T> Pass<T>(Boundary at, Func<ValueTask<T>> call)
    {
        thread.Verify();
        await Turns();
        FaultKind? fault = _next.TryGetValue(at, out var queue) && queue.TryDequeue(out var next) ? next : null;
        _trace.Append(CultureInfo.InvariantCulture, $"{time.GetUtcNow():HH:mm:ss.fff} {at} {fault}\n");
        switch (fault)
        {
            case FaultKind.Refused: throw new InjectedFaultException($"{at} is refused");
            case FaultKind.Cancelled: throw new TaskCanceledException($"{at} is cancelled");
            case FaultKind.Slow: await Task.Delay(Short, time); break;
            case FaultKind.Stray: _ = thread.Start(() => Stray(at, call)); throw new InjectedFaultException($"{at} is lost");
            case FaultKind.Twice: _ = thread.Start(() => Stray(at, call)); break;
        }

        var result = await Made(at, call);
        if (fault == FaultKind.AnswerLost) throw new InjectedFaultException($"the answer of {at} is lost");
        if (fault == FaultKind.SlowAnswer) await Task.Delay(Short, time);
        await Turns();
        return result;
    }

    private async Task Stray<T>(Boundary at, Func<ValueTask<T>> call)
    {
        await Task.Delay(Long, time);
        try
        {
            await Made(at, call);
        }
        catch (Exception)
        {
            // Nobody listens.
        }
    }

    /// <summary>Storage may answer from a thread of its own; customers and owners are all here.</summary>
    private ValueTask<T> Made<T>(Boundary at, Func<ValueTask<T>> call) => at <= Boundary.CatchUp ? call() : new ValueTask<T>(thread.Outside(call));

    private async Task Turns()
    {
        for (var turns = _random.Next(4); turns > 0; turns--) await Task.Yield();
    }
}
