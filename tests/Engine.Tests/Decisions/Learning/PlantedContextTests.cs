using Personalization.Algorithms.Numerics;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Profiles;
using Personalization.Engine.Tests.Decisions.Eligibility;
using Personalization.Engine.Tests.Decisions.Pipeline;
using Personalization.Engine.Tests.Profiles;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Decisions.Learning;

/// <summary>The whole circle without a cluster: decide, fold, reward, tell, learn, decide better.</summary>
public sealed class PlantedContextTests
{
    [Theory]
    [InlineData(DecisionPolicy.LinearThompsonSampling)]
    [InlineData(DecisionPolicy.LogisticThompsonSampling)]
    public void What_pays_on_phones_and_what_pays_on_desktops_is_found_from_3000_decisions(DecisionPolicy policy)
    {
        var slot = SlotSettings.From("home", new DecisionOptions { Default = new SlotOptions { Policy = policy } });
        var library = ActionLibrary.From(Desk.Actions(4), Shopper.Scope);
        var settings = new FoldSettings();
        var (pipeline, fold) = (new DecisionPipeline(settings), new ProfileFold(settings, FoldRun.Codec));
        var (models, replica) = (new SlotModels("default", _ => slot), new SlotModelReplica(_ => slot));
        var random = new Xoshiro256(5);
        var (last, learned) = (0.0, 0);
        for (var i = 0; i < 3_000; i++)
        {
            var key = CustomerKey.Create("default", CustomerKeyKind.Customer, $"c{i % 700}");
            var (profile, sink) = (new CustomerProfile(key), new CollectingSink());
            var isPhone = random.NextInt32(2) == 0;
            var made = pipeline.Decide(new DecisionQuestion
            {
                Profile = profile,
                Request = new DecisionRequest { Slot = "home", Context = new() { ["device"] = ContextValue.Of(isPhone ? "phone" : "desktop") } },
                At = FoldRun.Noon,
                Slot = slot,
                Library = library,
                Model = replica.Of(slot),
                Seed = 7,
                Decision = (ulong)i,
                Pending = new Desk(null),
            });
            var rate = (made.Choices[0].Id, isPhone) switch
            {
                ("a000", true) or ("a001", false) => .3,
                ("a000", false) or ("a001", true) => .05,
                _ => .1,
            };
            if (i >= 2_000) last += rate / 1_000;
            fold.Apply(profile, new Entry(1, FoldRun.Noon, new EntryEnvelope(EntryKind.Decision, key, $"d{i}", FoldRun.Noon, Flags: EntryFlags.ProducerGaveId), made), sink);
            if (random.NextDouble() < rate)
                fold.Apply(profile, new Entry(2, FoldRun.Noon, new EntryEnvelope(EntryKind.Reward, key, $"r{i}", FoldRun.Noon), new RewardGiven { Decision = $"d{i}", Value = 1 }), sink);
            fold.Apply(profile, new Entry(3, FoldRun.Noon, new EntryEnvelope(EntryKind.WakeUp, key, $"w{i}", 0), new Events.WakeUp { Due = profile.NextWakeUp!.Value }), sink);
            foreach (var item in sink.Items)
            {
                models.Learn(new OutboxRow(++learned, key, item));
            }

            if (i % 20 == 19 && models.TakeChange() is { } change) replica.Apply(change.Bytes, change.IsWhole);
        }

        Assert.Equal(6_000, learned);
        Assert.Equal(3_000, replica.Of(slot).Rewards);
        Assert.True(last >= .25, $"the last 1,000 decisions expect a reward of {last:0.000}; the best are worth .3, a draw at random .14");
    }
}
