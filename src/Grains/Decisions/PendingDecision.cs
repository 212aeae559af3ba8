using Personalization.Decisions;

namespace Personalization.Grains.Decisions;

/// <summary>What became of the append of a decision.</summary>
internal enum AppendEnd : byte
{
    /// <summary>It is in the log.</summary>
    Appended,

    /// <summary>The log took nothing.</summary>
    NotAppended,

    /// <summary>It was decided under a tenure that is over; the log refused it.</summary>
    StaleEpoch,
}

/// <summary>A decision that was drawn and that the profile does not hold yet.</summary>
internal sealed class PendingDecision(DecisionMade made, string shortId, long at, long since)
{
    private TaskCompletionSource _news = New();

    /// <summary>The record.</summary>
    public DecisionMade Made { get; } = made;

    /// <summary>The decision's short id: the entry's event id.</summary>
    public string ShortId { get; } = shortId;

    /// <summary>What open decisions are found by.</summary>
    public ulong IdHash { get; } = DecisionId.HashOf(shortId);

    /// <summary>When it was made, milliseconds since 1970-01-01 UTC.</summary>
    public long At { get; } = at;

    /// <summary>When it was drawn, as a timestamp of the process.</summary>
    public long Since { get; } = since;

    /// <summary>Its position in the log; 0 = not known yet.</summary>
    public long Position { get; private set; }

    /// <summary>Whether one of its choices is bound by a cap: then only the fold can say whether it counts.</summary>
    public bool IsCapped { get; } = made.Caps.Any(charge => charge.Limit != int.MaxValue);

    /// <summary>How the append ended; null while that is not known.</summary>
    public AppendEnd? Append { get; private set; }

    /// <summary>What the append failed with, where that is a bug.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Whether the profile has folded or refused it.</summary>
    public bool IsSettled { get; private set; }

    public void Appended(long position)
    {
        Position = position;
        Append = AppendEnd.Appended;
        _news.TrySetResult();
    }

    public void NotAppended(AppendEnd end)
    {
        Append = end;
        _news.TrySetResult();
    }

    public void Failed(Exception fault)
    {
        Fault = fault;
        _news.TrySetResult();
    }

    public void Settle()
    {
        IsSettled = true;
        _news.TrySetResult();
    }

    /// <summary>Waits until something holds of it, at most so long. Answers whether it does.</summary>
    /// <remarks>Everything completes one source that is awaited directly, so that the waiter goes on on its scheduler without a detour over the thread pool.</remarks>
    public async Task<bool> Wait(Func<PendingDecision, bool> holds, TimeSpan atMost, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (!holds(this))
        {
            var left = atMost - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return false;
            if (_news.Task.IsCompleted) _news = New();
            var news = _news;
            using (time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), news, left, Timeout.InfiniteTimeSpan)) await news.Task;
        }

        return true;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
