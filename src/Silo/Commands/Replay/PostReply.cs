namespace Personalization.Silo.Commands.Replay;

/// <summary>What the engine said to a batch.</summary>
internal enum PostStatus
{
    /// <summary>It told what became of each event.</summary>
    Answered,

    /// <summary>It could not be asked, or told to come back: whether events were taken may be unknown, and the same batch is sent again.</summary>
    Later,

    /// <summary>The batch as a whole is not taken; parts of it may be.</summary>
    Split,
}

/// <summary>The answer to a batch.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Reason">Why, where it was not taken.</param>
/// <param name="RetryAfter">How long the engine asked to wait; null = it did not.</param>
/// <param name="Rejected">With <see cref="PostStatus.Answered"/>: the events that were not taken.</param>
internal sealed record PostReply(PostStatus Status, string Reason, TimeSpan? RetryAfter, IReadOnlyList<RejectedMember> Rejected);

/// <summary>An event that was not taken.</summary>
/// <param name="Index">Its place in the batch.</param>
/// <param name="Error">Why.</param>
/// <param name="Retryable">Whether the same event may be taken later.</param>
internal readonly record struct RejectedMember(int Index, string Error, bool Retryable);
