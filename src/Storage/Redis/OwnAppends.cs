using Personalization.Log;
using Personalization.Storage.Rules;

namespace Personalization.Storage.Redis;

/// <summary>
/// What this process appended last to a partition, for its own long polls: they only hint, and most of what they wait for was appended here. Whoever must
/// know what Redis holds asks Redis.
/// </summary>
internal sealed class OwnAppends
{
    private readonly RecentEntries _entries = new();
    private volatile Known? _known;

    /// <summary>Takes note of an append's answer.</summary>
    /// <param name="items">What was sent.</param>
    /// <param name="positions">One per item; empty if the group was refused.</param>
    /// <param name="head">The log's head afterwards.</param>
    public void Appended(IReadOnlyList<AppendItem> items, long[] positions, in LogHead head)
    {
        Saw(head);
        // An answer to a repeat may come when others have appended; only of the newest group the log time is known.
        if (!positions.Contains(head.Tail)) return;
        var entries = new List<LogEntry>(items.Count);
        for (var i = 0; i < positions.Length; i++)
        {
            if (positions[i] != AppendReply.StaleEpoch) entries.Add(new LogEntry(positions[i], head.TailTime, items[i].Bytes));
        }

        _entries.Add(entries);
        _known = new Known(head);
    }

    /// <summary>Takes note of a head that Redis answered: a log that went back, or another generation, is not what was appended.</summary>
    public void Saw(in LogHead head)
    {
        if (_known is { } known && (head.Generation != known.Head.Generation || head.Tail < known.Head.Tail)) Forget();
    }

    /// <summary>Forgets everything.</summary>
    public void Forget()
    {
        _known = null;
        _entries.Clear();
    }

    /// <summary>What follows a cursor; null where Redis has to be asked.</summary>
    public ReadReply? TryRead(in ReadRequest request)
    {
        if (_known is not { } known || request.After >= known.Head.Tail || (request.Generation != 0 && request.Generation != known.Head.Generation)) return null;
        return _entries.TryRead(request, known.Head.Tail, request.KnowsCursor, out var entries, out var matches) && matches && entries.Count > 0
            ? new ReadReply(ReadStatus.Read, entries, known.Head)
            : null;
    }

    private sealed record Known(LogHead Head);
}
