namespace Personalization.Gateway.Events;

/// <summary>What became of a request's events.</summary>
/// <param name="Accepted">How many are in the log, durably.</param>
/// <param name="Rejected">Those that are not, with the reason.</param>
/// <param name="EventIds">The ids of the accepted ones in the request's order: the producer's, else made here.</param>
public sealed record IngestResponse(int Accepted, IReadOnlyList<RejectedEvent> Rejected, IReadOnlyList<string> EventIds)
{
    internal static IngestResponse Of(IReadOnlyList<EventDraft> drafts)
    {
        var ids = new List<string>(drafts.Count);
        var rejected = new List<RejectedEvent>();
        foreach (var draft in drafts)
            if (draft.Error is null) ids.Add(draft.EventId!);
            else rejected.Add(new RejectedEvent(draft.Index, draft.Error, draft.Retryable));
        return new IngestResponse(ids.Count, rejected, ids);
    }
}

/// <summary>An event that was not accepted.</summary>
/// <param name="Index">Its place in the request, from 0; lines of NDJSON count without empty ones.</param>
/// <param name="Error">What is wrong.</param>
/// <param name="Retryable">Whether the same event may be taken later.</param>
public sealed record RejectedEvent(int Index, string Error, bool Retryable);
