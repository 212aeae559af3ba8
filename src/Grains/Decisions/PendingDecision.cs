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
    private readonly TaskCompletionSource<AppendEnd> _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);

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

    /// <summary>How the append ended.</summary>
    public Task<AppendEnd> Append => _appended.Task;

    /// <summary>Ends once the profile has folded or refused it.</summary>
    public Task Settled => _settled.Task;

    public void Appended(long position)
    {
        Position = position;
        _appended.TrySetResult(AppendEnd.Appended);
    }

    public void NotAppended(AppendEnd end) => _appended.TrySetResult(end);

    public void Failed(Exception fault) => _appended.TrySetException(fault);

    public void Settle() => _settled.TrySetResult();
}
