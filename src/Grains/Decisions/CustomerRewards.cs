using Personalization.Customers;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Ledger;
using Personalization.Grains.Customers;
using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Decisions;

/// <summary>Rewards by a decision's id: an entry where one can still have an effect.</summary>
internal sealed class CustomerRewards(CustomerKey key, CustomerActor actor, DecisionRecorder recorder, DecisionServices services)
{
    private readonly int _partition = services.Customers.Map.PartitionOf(key);

    /// <summary>Gives a reward; durable when it returns. Repeats are harmless: the fold takes the first in log order.</summary>
    public async Task<RewardOutcome> Give(RewardRequest request, ProfileReply reached)
    {
        var outcome = await Judge(request, reached);
        services.Metrics.Rewarded(outcome);
        return outcome;
    }

    private async Task<RewardOutcome> Judge(RewardRequest request, ProfileReply reached)
    {
        var given = new RewardGiven { Decision = request.Decision, Choice = request.Choice, Value = request.Value };
        var outcome = OpenDecisions.Judge(actor.Profile, given, Math.Max(request.Now, actor.Profile.NewestEventTime));
        if (outcome == RewardOutcome.WindowClosed)
        {
            if (recorder.Pending.Find(DecisionId.HashOf(request.Decision)) is { } pending)
                outcome = given.Choice is { } choice && !pending.Made.Choices.Any(made => made.Id == choice) ? RewardOutcome.NotChosen : RewardOutcome.Applied;
            else if (!reached.CaughtUp) return RewardOutcome.Unknown;
        }

        if (outcome != RewardOutcome.Applied) return outcome;
        var id = Guid.CreateVersion7(services.Time.GetUtcNow()).ToString("N");
        var envelope = new EntryEnvelope(EntryKind.Reward, key, id, request.Now, Flags: EntryFlags.NoOwnTime);
        try
        {
            await services.Appender.Append(_partition, [new AppendItem(services.Customers.Codec.Write(envelope, given))]).AsTask()
                .WaitAsync(services.Options.AppendTimeout, services.Time);
            return RewardOutcome.Applied;
        }
        catch (TimeoutException)
        {
            return RewardOutcome.Unknown;
        }
    }
}
