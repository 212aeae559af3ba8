using Personalization.Configuration;
using Personalization.Gateway.Health;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Telemetry;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Gateway.Events;

/// <summary>Takes drafts to the log: rules, back-pressure, stamps, one append per partition. What happened to each is written into it.</summary>
internal sealed partial class EventIngestion(
    PersonalizationOptions options,
    PartitionMap partitions,
    PartitionMonitor monitor,
    EventStamp stamp,
    ILogAppender log,
    EventClock clock,
    TimeProvider time,
    GatewayMetrics metrics,
    ILogger<EventIngestion> logger)
{
    /// <summary>Appends what is valid; every draft without an error is durable in the log when this returns.</summary>
    public async Task Ingest(IReadOnlyList<EventDraft> drafts, Traffic traffic, CancellationToken cancellation)
    {
        var receivedAt = time.GetUtcNow();
        var groups = new Dictionary<int, Group>();
        var latest = drafts.Count > 1 ? new Dictionary<CustomerKey, long>() : null;
        foreach (var draft in drafts)
        {
            EventRules.Complete(draft, receivedAt, options, partitions);
            if (draft.Error is null && monitor.Refusal(draft.Partition, draft.Key) is { } refusal) draft.Refuse(RejectionReason.Throttled, refusal.Reason, refusal.RetryAfter);
            if (draft.Timestamp is null && options.Clock == ClockKind.Event) draft.EventTime = await clock.Now();
            if (latest is not null && draft.Timestamp is null && draft.Error is null) KeepOrder(draft, latest);
            if (draft.Error is not null || await stamp.Write(draft, traffic, cancellation) is not { } bytes) continue;
            if (!groups.TryGetValue(draft.Partition, out var group)) groups.Add(draft.Partition, group = new Group([], []));
            group.Items.Add(new AppendItem(bytes));
            group.Drafts.Add(draft);
        }

        if (groups.Count == 1)
        {
            foreach (var (partition, group) in groups) await Append(partition, group, cancellation);
        }
        else if (groups.Count > 1)
        {
            await Task.WhenAll(groups.Select(group => Append(group.Key, group.Value, cancellation)));
        }

        Count(drafts);
    }

    /// <summary>
    /// Events without times came at one instant, and the fold knows no order within a millisecond: each gets one more than the customer's
    /// event before it, so that the purchase that follows a cart in a request also follows it in the profile.
    /// </summary>
    private static void KeepOrder(EventDraft draft, Dictionary<CustomerKey, long> latest)
    {
        if (latest.TryGetValue(draft.Key, out var before)) draft.EventTime = Math.Max(draft.EventTime, before + 1);
        latest[draft.Key] = draft.EventTime;
    }

    private async Task Append(int partition, Group group, CancellationToken cancellation)
    {
        try
        {
            await log.Append(partition, group.Items, cancellation);
            foreach (var draft in group.Drafts) clock.Saw(draft.EventTime);
        }
        catch (LogUnavailableException fault)
        {
            foreach (var draft in group.Drafts) draft.Refuse(RejectionReason.Unavailable, $"the log is not available: {fault.Message}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Other partitions' events of this request may be in the log, so the request itself must not fail.
            LogAppendFailed(partition, fault);
            foreach (var draft in group.Drafts) draft.Refuse(RejectionReason.Unavailable, "whether the event is in the log is not known; send it again with the same eventId");
        }
    }

    private void Count(IReadOnlyList<EventDraft> drafts)
    {
        var (accepted, dropped) = (0, 0);
        foreach (var draft in drafts)
        {
            if (draft.Error is null)
            {
                accepted++;
                dropped += draft.DroppedIds;
            }
            else
            {
                metrics.Rejected(draft.Reason);
            }
        }

        metrics.Accepted(accepted);
        metrics.DroppedIds(dropped);
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Error, Message = "An append to partition {Partition} failed")]
    private partial void LogAppendFailed(int partition, Exception fault);

    private sealed record Group(List<AppendItem> Items, List<EventDraft> Drafts);
}
