using System.Text.Json.Serialization;

namespace Personalization.Gateway.Events;

/// <summary>What became of a request's events.</summary>
/// <param name="Accepted">How many are in the log, durably.</param>
/// <param name="Rejected">Those that are not, with the reason.</param>
/// <param name="EventIds">The ids of the accepted ones in the request's order: the producer's, else made here.</param>
/// <param name="Warnings">Accepted events in which something was changed or left out; left out itself where there is none.</param>
public sealed record IngestResponse(
    int Accepted, IReadOnlyList<RejectedEvent> Rejected, IReadOnlyList<string> EventIds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<EventWarning>? Warnings = null)
{
    internal static IngestResponse Of(IReadOnlyList<EventDraft> drafts)
    {
        var ids = new List<string>(drafts.Count);
        var rejected = new List<RejectedEvent>();
        List<EventWarning>? warnings = null;
        foreach (var draft in drafts)
        {
            if (draft.Error is not null)
            {
                rejected.Add(new RejectedEvent(draft.Index, draft.Error, draft.Retryable));
                continue;
            }

            ids.Add(draft.EventId!);
            if (draft.Warning is { } warning) (warnings ??= []).Add(new EventWarning(draft.Index, warning));
        }

        return new IngestResponse(ids.Count, rejected, ids, warnings);
    }
}

/// <summary>An event that was not accepted.</summary>
/// <param name="Index">Its place in the request, from 0; lines of NDJSON count without empty ones.</param>
/// <param name="Error">What is wrong.</param>
/// <param name="Retryable">Whether the same event may be taken later.</param>
public sealed record RejectedEvent(int Index, string Error, bool Retryable);

/// <summary>An event that was accepted, and not as it was sent.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Warning">What was changed or left out.</param>
public sealed record EventWarning(int Index, string Warning);
