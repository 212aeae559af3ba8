using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Grains.Customers;
using Personalization.Log;

namespace Personalization.Grains.Decisions;

/// <summary>
/// The next best action of one customer: drawn in one turn out of this silo's library and models, recorded, and drawn anew where the record is refused.
/// </summary>
internal sealed class CustomerDecisions(CustomerActor actor, DecisionRecorder recorder, DecisionServices services, Func<Task<bool>> catchUp)
{
    /// <summary>Draws for one question, at most. Each refusal means that another decision of the customer went through.</summary>
    private const int MaxDraws = 32;

    /// <summary>Answers a question, for a profile that stands where the reader wants it.</summary>
    /// <exception cref="LogUnavailableException">The log refused the record after the draw.</exception>
    public async Task<DecisionReply> Decide(DecisionRequest request, ProfileReply reached)
    {
        await services.Require();
        var reply = new DecisionReply { CaughtUp = reached.CaughtUp, AfterFound = reached.AfterFound, Stale = reached.Stale, NewestEventTime = reached.NewestEventTime };
        if (reached.AtBeforeNewest) return reply with { Status = DecisionStatus.AtBeforeNewest };
        var key = request.DryRun ? 0 : OpenDecisions.KeyOf(DecisionKind.NextBestAction, request.Slot, request.IdempotencyKey);
        for (var draw = 0; draw < MaxDraws; draw++)
        {
            await actor.Load();
            if (key != 0 && await Repeat(reply, key, request.Explain) is { } repeat) return repeat;
            if (actor.IsLoaded is false) continue;

            // From here to the reservation nothing is awaited: one turn.
            recorder.Pending.Settle(actor.Profile);
            var at = request.At ?? Math.Max(request.Now, actor.Profile.NewestEventTime);
            var isRecorded = !request.DryRun && recorder.IsAvailable;
            var (made, shortId) = Draw(request, at, !isRecorded);
            if (made.Choices.Length == 0 || !isRecorded)
            {
                services.Metrics.Decided(DecisionKind.NextBestAction, made.Choices.Length == 0 ? "nothing" : "notDurable");
                return reply with { Status = isRecorded ? DecisionStatus.Decided : DecisionStatus.NotDurable, Decision = Shown(made, request.Explain), At = at };
            }

            var pending = recorder.Begin(made, shortId, at, request.Traffic);
            switch (await recorder.Await(pending))
            {
                case RecordEnd.Recorded:
                    services.Metrics.Decided(DecisionKind.NextBestAction, "decided");
                    return reply with { DecisionId = await recorder.PublicId(shortId), Decision = Shown(made, request.Explain), At = at };
                case RecordEnd.NotAppended:
                    throw new LogUnavailableException("the log took no record of the decision: nothing was decided");
                case RecordEnd.Unknown:
                    services.Metrics.Decided(DecisionKind.NextBestAction, "unknown");
                    return reply with { Status = DecisionStatus.Unknown, At = at };
                case RecordEnd.StaleEpoch:
                    services.Metrics.Redrawn("tenure");
                    if (!await catchUp()) return reply with { Status = DecisionStatus.Unknown, At = at };
                    break;
                case RecordEnd.OverCap:
                    services.Metrics.Redrawn("cap");
                    break;
            }
        }

        return reply with { Status = DecisionStatus.Unknown };
    }

    /// <summary>The decision that was made for a key before; null if there is none, or its record ended without effect.</summary>
    private async Task<DecisionReply?> Repeat(DecisionReply reply, ulong key, bool explain)
    {
        if (recorder.Pending.FindKey(key) is { } pending)
        {
            switch (await recorder.Await(pending))
            {
                case RecordEnd.Recorded: return await Repeated(reply, pending.ShortId, pending.At, pending.Made, explain);
                case RecordEnd.Unknown: return reply with { Status = DecisionStatus.Unknown, At = pending.At };
                default: return null;
            }
        }

        if (OpenDecisions.PositionOf(actor.Profile, key) is not { } position || await recorder.Read(position) is not var (shortId, at, made)) return null;
        return await Repeated(reply, shortId, at, made, explain);
    }

    private async Task<DecisionReply> Repeated(DecisionReply reply, string shortId, long at, DecisionMade made, bool explain)
    {
        services.Metrics.Decided(DecisionKind.NextBestAction, "repeat");
        // What was deleted since is not answered again; the record stays what it was.
        var library = services.Library.Current;
        if (made.Choices.Any(choice => library.Find(choice.Id) is null)) made = made with { Choices = [.. made.Choices.Where(choice => library.Find(choice.Id) is not null)] };
        return reply with { DecisionId = await recorder.PublicId(shortId), Decision = Shown(made, explain), At = at, IsRepeat = true };
    }

    private (DecisionMade Made, string ShortId) Draw(DecisionRequest request, long at, bool withoutCapped)
    {
        var slot = services.Slots.Of(request.Slot);
        var shortId = DecisionRecorder.NewShortId();
        var made = services.Pipeline.Decide(new DecisionQuestion
        {
            Profile = actor.Profile,
            Request = request,
            At = at,
            Slot = slot,
            Library = services.Library.Current,
            Model = services.Models.Of(slot),
            Seed = services.Seed,
            Decision = DecisionId.HashOf(shortId),
            Pending = recorder.Pending,
            Learns = services.Learns && request is { Traffic: Traffic.Human or Traffic.Replay, DryRun: false } && services.Shares.Takes(slot.Model, request.Key, slot.KeyShare),
            // A dry run spends nothing, so it may show what is capped; without a log nothing would hold others back.
            WithoutCapped = withoutCapped && !request.DryRun,
        });
        return (made, shortId);
    }

    /// <summary>What goes to the caller: features and candidates only where they were asked for.</summary>
    private static DecisionMade Shown(DecisionMade made, bool explain) => explain ? made : made with { Features = [], Candidates = [], PackedCandidates = [] };
}
