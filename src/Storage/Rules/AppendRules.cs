using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Storage.Rules;

/// <summary>What a log answers to an append before anything is written; the same for every back end that decides in process.</summary>
internal static class AppendRules
{
    /// <summary>
    /// Decides about a group. A repeat is recognised first and whatever the generation, because its outcome is a fact; then a counter
    /// that was passed; then the generation; then whether the log went back.
    /// </summary>
    /// <param name="request">The group.</param>
    /// <param name="head">The partition's head.</param>
    /// <param name="trimmedTo">The highest position that was trimmed.</param>
    /// <param name="writer">What is remembered of the writer; null if nothing is.</param>
    /// <returns>Null: append it. <see cref="AppendStatus.Appended"/>: it is a repeat. Else the refusal.</returns>
    /// <remarks>
    /// A log that went back and has grown again past the writer's last acknowledged position is noticed by the writer's counter: within
    /// a generation, and above what was trimmed, the group before must be known. (Writers are forgotten only when what they wrote was trimmed.)
    /// </remarks>
    public static AppendStatus? Decide(AppendRequest request, in LogHead head, long trimmedTo, AppendedGroup? writer)
    {
        if (writer is not null && request.Counter == writer.Counter) return writer.Count == request.Items.Count ? AppendStatus.Appended : AppendStatus.OtherGroup;

        if (writer is not null && request.Counter < writer.Counter) return AppendStatus.CounterTooLow;
        if (request.Generation != head.Generation) return AppendStatus.WrongGeneration;
        if (head.Tail < request.LastAcknowledged) return AppendStatus.WentBack;
        var groupBeforeMustBeKnown = request.Counter > 1 && request.LastAcknowledged >= head.GenerationStart && request.LastAcknowledged > trimmedTo;
        return groupBeforeMustBeKnown && writer?.Counter != request.Counter - 1 ? AppendStatus.WentBack : null;
    }

    /// <summary>Checks what no caller may get wrong.</summary>
    /// <exception cref="ArgumentException">The group is empty, or its partition, writer or counter is out of range.</exception>
    public static void Validate(AppendRequest request, int partitions)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentOutOfRangeException.ThrowIfNegative(request.Partition, nameof(request));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(request.Partition, partitions, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Counter, 1, nameof(request));
        if (request.Items.Count == 0) throw new ArgumentException("a group has at least one item", nameof(request));
    }

    /// <summary>Decides about a read before entries are looked up. Null: the cursor's hash is still to be compared, then read.</summary>
    public static ReadStatus? Decide(in ReadRequest request, in LogHead head, long trimmedTo)
    {
        if (request.Generation != 0 && request.Generation != head.Generation) return ReadStatus.Mismatch;
        if (request.After > head.Tail) return ReadStatus.Mismatch;
        return request.After < trimmedTo ? ReadStatus.Trimmed : null;
    }

    /// <summary>Whether the entry at the cursor can and must be compared: the reader knows it, and it was not trimmed.</summary>
    public static bool MustCompareCursor(in ReadRequest request, long trimmedTo) => request.KnowsCursor && request.After > trimmedTo;

    /// <summary>Whether an entry is the one that the reader saw at its cursor.</summary>
    public static bool IsCursor(in ReadRequest request, long position, long logTime, ReadOnlySpan<byte> bytes) => position == request.After
        && (request.CursorTime == 0 || request.CursorTime == logTime)
        && (request.CursorHash == 0 || request.CursorHash == KeyHash.Hash64(bytes));
}
