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
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Engine.Tests.Decisions.Learning;

/// <summary>What one caller asks, with whatever in it, does not spoil what all learn: decide, fold, reward, learn, without a cluster.</summary>
public sealed class SpoiltSlotTests
{
    [Fact]
    public void After_300_calls_with_64_large_numbers_the_right_action_leads_in_both_contexts()
    {
        var shop = new Shop(new SlotOptions(), "phone-offer", "desktop-offer");
        for (var i = 0; i < 600; i++)
        {
            var device = shop.Random.NextInt32(2) == 0 ? "phone" : "desktop";
            var made = shop.Decide(Device(device));
            shop.Reward(made, made.Choices[0].Id.StartsWith(device, StringComparison.Ordinal) ? 1 : 0);
        }

        for (var i = 0; i < 300; i++)
        {
            var noise = Enumerable.Range(0, 64).ToDictionary(k => $"k{k}", _ => ContextValue.Of(shop.Random.NextInt32(2) == 0 ? 1e300 : -1e300));
            shop.Decide(noise, n: 2);
        }

        foreach (var device in new[] { "phone", "desktop" })
        {
            var best = shop.Decide(Device(device)).ReadCandidates()[0];
            Assert.StartsWith(device, best.Id, StringComparison.Ordinal);
            Assert.InRange(best.Propensity, .8, 1);
        }
    }

    [Fact]
    public void Six_hundred_unanswered_decisions_that_name_one_action_take_nothing_from_it()
    {
        var shop = new Shop(new SlotOptions(), "best", "meh", "poor");
        var before = shop.ShareOfBest(500);
        for (var i = 0; i < 600; i++) Assert.Single(shop.Decide(Device("phone"), actions: i % 2 == 0 ? ["best"] : ["best", "best", "never-put"]).Choices);
        shop.CloseAll();
        Assert.InRange(shop.ShareOfBest(300), .9 * before, 1);
    }

    [Fact]
    public void Where_a_slot_learns_from_exposures_unanswered_decisions_over_all_actions_take_nothing_either()
    {
        var shop = new Shop(new SlotOptions { LearnsFrom = LearningSource.Exposures }, "best", "meh", "poor");
        var before = shop.ShareOfBest(500);
        for (var i = 0; i < 600; i++) shop.Decide(Device("phone"), n: 1 + (i % 3));
        shop.CloseAll();
        Assert.InRange(shop.ShareOfBest(300), .9 * before, 1);
    }

    [Fact]
    public void Decisions_whose_record_says_so_teach_nothing()
    {
        var shop = new Shop(new SlotOptions(), "best", "meh");
        for (var i = 0; i < 50; i++) shop.Reward(shop.Decide(Device("phone"), learns: false), 1);
        shop.CloseAll();
        Assert.Equal(0, shop.Learned);
    }

    private static Dictionary<string, ContextValue> Device(string device) => new() { ["device"] = ContextValue.Of(device) };

    /// <summary>A slot, its actions and its models; every decision is one of a visitor who was never seen.</summary>
    private sealed class Shop
    {
        private static readonly Dictionary<string, double> Rates = new() { ["best"] = .6, ["meh"] = .2, ["poor"] = .05 };
        private readonly SlotSettings _slot;
        private readonly ActionLibrary _library;
        private readonly DecisionPipeline _pipeline;
        private readonly ProfileFold _fold;
        private readonly SlotModels _models;
        private readonly SlotModelReplica _replica;
        private readonly List<(CustomerProfile Profile, CollectingSink Sink)> _open = [];
        private readonly Dictionary<DecisionMade, int> _visitors = new(ReferenceEqualityComparer.Instance);
        private int _decisions;

        public Shop(SlotOptions options, params string[] actions)
        {
            var settings = new FoldSettings();
            _slot = SlotSettings.From("home", new DecisionOptions { Slots = { ["home"] = options } });
            _library = ActionLibrary.From(actions.Select(action => new ActionDefinition { ActionId = action }), Shopper.Scope);
            (_pipeline, _fold) = (new DecisionPipeline(settings), new ProfileFold(settings, FoldRun.Codec));
            (_models, _replica) = (new SlotModels("default", _ => _slot), new SlotModelReplica(_ => _slot));
        }

        public Xoshiro256 Random = new(11);

        public int Learned { get; private set; }

        public DecisionMade Decide(Dictionary<string, ContextValue> context, int n = 1, string[]? actions = null, bool learns = true)
        {
            var visitor = _decisions++;
            var key = CustomerKey.Create("default", CustomerKeyKind.Customer, $"v{visitor}");
            var (profile, sink) = (new CustomerProfile(key), new CollectingSink());
            var made = _pipeline.Decide(new DecisionQuestion
            {
                Profile = profile,
                Request = new DecisionRequest { Slot = "home", Context = context, N = n, Actions = actions },
                At = FoldRun.Noon,
                Slot = _slot,
                Library = _library,
                Model = _replica.Of(_slot),
                Seed = 7,
                Decision = (ulong)visitor,
                Pending = new Desk(null),
                Learns = learns,
            });
            _fold.Apply(profile, new Entry(1, FoldRun.Noon, new EntryEnvelope(EntryKind.Decision, key, $"d{visitor}", FoldRun.Noon, Flags: EntryFlags.ProducerGaveId), made), sink);
            _open.Add((profile, sink));
            _visitors[made] = visitor;
            Learn(sink);
            return made;
        }

        public void Reward(DecisionMade made, double value)
        {
            var visitor = _visitors[made];
            var (profile, sink) = _open[visitor];
            _fold.Apply(profile, new Entry(2, FoldRun.Noon, new EntryEnvelope(EntryKind.Reward, profile.Customer, $"r{visitor}", FoldRun.Noon), new RewardGiven { Decision = $"d{visitor}", Value = value }), sink);
            Learn(sink);
        }

        /// <summary>Visitors who accept at each action's rate; answers how often the best was shown in the last half.</summary>
        public double ShareOfBest(int visitors)
        {
            var best = 0;
            for (var i = 0; i < visitors; i++)
            {
                var made = Decide(Device("phone"));
                if (i >= visitors / 2 && made.Choices[0].Id == "best") best++;
                Reward(made, Random.NextDouble() < Rates[made.Choices[0].Id] ? 1 : 0);
            }

            return best / (visitors / 2.0);
        }

        /// <summary>The windows of all decisions end.</summary>
        public void CloseAll()
        {
            foreach (var (profile, sink) in _open)
            {
                if (profile.NextWakeUp is { } due)
                    _fold.Apply(profile, new Entry(3, FoldRun.Noon, new EntryEnvelope(EntryKind.WakeUp, profile.Customer, "w" + profile.Customer.Text, 0), new WakeUp { Due = due }), sink);
                Learn(sink);
            }
        }

        private void Learn(CollectingSink sink)
        {
            foreach (var item in sink.Items) _models.Learn(new OutboxRow(++Learned, FoldRun.Key, item));
            sink.Items.Clear();
            if (_models.TakeChange() is { } change) _replica.Apply(change.Bytes, change.IsWhole);
        }
    }
}
