namespace Personalization.Log;

/// <summary>
/// Where a process puts entries: collects what arrives while an append to the same partition is in flight and sends it as the next
/// group (no timer), with one writer id for the process; repeats a group whose outcome is unknown until it is known.
/// </summary>
public interface ILogAppender
{
    /// <summary>
    /// Appends items to a partition; durable when it returns. Answers one position per item, or <see cref="AppendReply.StaleEpoch"/>.
    /// A cancelled caller stops waiting; the group goes on, so its outcome is then unknown to that caller.
    /// </summary>
    /// <exception cref="LogUnavailableException">The log is known to be down, or the queue of this partition is full: nothing was appended.</exception>
    /// <exception cref="TimeoutException">The log went silent while the items were under way: they go on being sent, and whether they land is not known yet.</exception>
    ValueTask<IReadOnlyList<long>> Append(int partition, IReadOnlyList<AppendItem> items, CancellationToken cancellation = default);

    /// <summary>Whether an append would be taken now. False: the partition's log is known not to answer, so <see cref="Append"/> would refuse at once.</summary>
    bool IsAvailable(int partition) => true;
}

/// <summary>The log cannot take entries now; nothing was appended, and a later try may succeed.</summary>
public sealed class LogUnavailableException : Exception
{
    /// <summary>Makes one.</summary>
    public LogUnavailableException() { }

    /// <summary>Makes one with what is wrong.</summary>
    public LogUnavailableException(string message) : base(message) { }

    /// <summary>Makes one with what is wrong and what caused it.</summary>
    public LogUnavailableException(string message, Exception inner) : base(message, inner) { }
}
