using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Algorithms.Numerics;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Decisions.Policies;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Micro.Decisions;

/// <summary>
/// A library of families of actions as a shop has them, a customer of 200 events, and a model that has seen 50 decisions an action. A third of the actions have an eligibility of
/// four conditions, a third one of a single condition; all of them hold. One in five has a cap, one in twenty is also capped by its channel.
/// </summary>
internal sealed class DecisionShop : IPendingCaps
{
    public const long Start = 1_700_049_600_000;
    public const long At = Start + (201 * 600_000L);

    private const string Rich = "orders >= 2 and trait('plan') in ('gold', 'silver') and affinityShare('category', 'shoes') > 0.1 and daysSinceLastPurchase < 60d";
    private const string Plain = "orders >= 1";

    private static readonly string[] Families = ["bundle", "discount", "free-gift", "free-shipping", "loyalty", "newsletter", "preview", "refer-a-friend", "service-call", "voucher"];

    public DecisionShop(int actions, DecisionPolicy policy)
    {
        var scope = new EligibilityScope(CustomerKey.DefaultTenant, Settings);
        Slot = SlotSettings.From("home", new DecisionOptions { Default = new SlotOptions { Policy = policy } });
        Library = ActionLibrary.From(Enumerable.Range(0, actions).Select(i => Action(i, actions / Families.Length)), scope);
        if (Library.Faults.Count > 0) throw new InvalidOperationException(Library.Faults[0].Message);
        Profile = Customer();
        Model = Taught();
        Question = new DecisionQuestion
        {
            Profile = Profile,
            Request = new DecisionRequest
            {
                Slot = "home",
                Context = new() { ["device"] = ContextValue.Of("phone"), ["page"] = ContextValue.Of("product"), ["temperature"] = ContextValue.Of(.5) },
            },
            At = At,
            Slot = Slot,
            Library = Library,
            Model = Model,
            Seed = 1,
            Decision = 1,
            Pending = this,
        };
        var made = new DecisionPipeline(Settings).Decide(Question);
        if (made.Eligible != actions) throw new InvalidOperationException($"{made.Eligible} of {actions} actions are eligible: too little is measured");
    }

    public FoldSettings Settings { get; } = new();

    public EntryCodec Codec { get; } = new(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());

    public SlotSettings Slot { get; }

    public ActionLibrary Library { get; }

    public ActionModel Model { get; }

    public CustomerProfile Profile { get; }

    public DecisionQuestion Question { get; }

    public int Reserved(ulong scope, long at, long periodMs) => 0;

    private static ActionDefinition Action(int i, int variants) => new()
    {
        ActionId = FormattableString.Invariant($"{Families[i / variants % Families.Length]}-{i % variants:000}"),
        Value = 5 + (i % 10 * 2.5),
        Group = Families[i / variants % Families.Length],
        Channel = i % 2 == 0 ? "email" : "web",
        Eligibility = (i % 3) switch { 0 => Rich, 1 => Plain, _ => null },
        Caps = (i % 20) switch
        {
            0 => [new ActionCap { Per = "action", Limit = 1, Days = 1 }, new ActionCap { Per = "channel", Limit = 20, Days = 7 }],
            5 or 10 or 15 => [new ActionCap { Per = "action", Limit = 3, Days = 7 }],
            _ => null,
        },
    };

    private CustomerProfile Customer()
    {
        var key = CustomerKey.Create(CustomerKey.DefaultTenant, CustomerKeyKind.Customer, "customer-42");
        var profile = new CustomerProfile(key);
        var fold = new ProfileFold(Settings, Codec);
        for (var i = 1; i <= 200; i++)
        {
            var type = i % 40 == 0 ? EventType.Purchase : i % 9 == 0 ? EventType.ProductAdded : EventType.ProductViewed;
            var payload = new CustomerEvent { Type = type, ItemId = $"sku-{i % 30}", Category = i % 3 == 0 ? "shoes" : $"category-{i % 7}", Value = 10, BaseValue = 10 };
            fold.Apply(profile, new Entry(i, Start + i, new EntryEnvelope(EntryKind.Event, key, $"e{i}", Start + (i * 600_000L)), payload), new Sink());
        }

        fold.Apply(profile, new Entry(201, Start, new EntryEnvelope(EntryKind.Traits, key, "t", 0), new TraitsChange { Traits = new() { ["plan"] = "\"gold\"" } }), new Sink());
        return profile;
    }

    private ActionModel Taught()
    {
        var learner = new ActionModelLearner(Slot.Untaught);
        var random = new Xoshiro256(1);
        var x = new double[Slot.Features.Dimension];
        foreach (var action in Library.Actions)
        {
            var rate = .05 + (.25 * random.NextDouble());
            for (var i = 0; i < 50; i++)
            {
                x[0] = 1;
                for (var place = 1; place < x.Length; place++) x[place] = place < 8 || random.NextInt32(5) == 0 ? (float)random.NextDouble() : 0;
                learner.Learn(action.Hash, x, random.NextDouble() < rate ? 1 : 0);
            }
        }

        return learner.Snapshot();
    }

    private sealed class Sink : IFoldSink
    {
        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
