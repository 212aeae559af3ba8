using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Personalization.Decisions;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Log;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Micro.Decisions;

/// <summary>What the eligibility of a slot's actions costs a decision, and what compiling costs a put. <c>HundredActions</c> must allocate nothing.</summary>
[MemoryDiagnoser]
public class EligibilityBenchmarks
{
    private const int Actions = 100;
    private const long Start = 1_700_049_600_000;
    private const string Text = "orders >= 2 and trait('plan') in ('gold', 'silver') and affinityShare('category', 'shoes') > 0.1 and daysSinceLastPurchase < 60d";

    private readonly FoldSettings _settings = new();
    private readonly Dictionary<string, ContextValue> _values = new() { ["device"] = ContextValue.Of("phone") };
    private CustomerProfile _profile = null!;
    private ActionLibrary _library = null!;
    private EligibilityScope _scope = null!;

    [GlobalSetup]
    public void Setup()
    {
        _scope = new EligibilityScope(CustomerKey.DefaultTenant, _settings);
        var codec = new EntryCodec(new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>());
        var key = CustomerKey.Create(CustomerKey.DefaultTenant, CustomerKeyKind.Customer, "customer-42");
        _profile = new CustomerProfile(key);
        var fold = new ProfileFold(_settings, codec);
        for (var i = 1; i <= 200; i++)
        {
            var type = i % 40 == 0 ? EventType.Purchase : EventType.ProductViewed;
            var payload = new CustomerEvent { Type = type, ItemId = $"sku-{i % 30}", Category = i % 3 == 0 ? "shoes" : $"category-{i % 7}", Value = 10, BaseValue = 10 };
            fold.Apply(_profile, new Entry(i, Start + i, new EntryEnvelope(EntryKind.Event, key, $"e{i}", Start + (i * 600_000L)), payload), new Sink());
        }

        fold.Apply(_profile, new Entry(201, Start, new EntryEnvelope(EntryKind.Traits, key, "t", 0), new TraitsChange { Traits = new() { ["plan"] = "\"gold\"" } }), new Sink());
        _library = ActionLibrary.From(Enumerable.Range(0, Actions).Select(i => new ActionDefinition { ActionId = $"a{i:000}", Eligibility = Text }), _scope);
        if (HundredActions() != Actions) throw new InvalidOperationException("the conditions do not hold: too little is measured");
    }

    /// <summary>100 actions of four conditions each, all of which hold.</summary>
    [Benchmark(OperationsPerInvoke = Actions)]
    public int HundredActions()
    {
        var context = new EligibilityContext(_profile, Start + (200 * 600_000L), _values, _settings);
        var eligible = 0;
        foreach (var action in _library.ForSlot("home"))
        {
            if (action.IsEligible(context)) eligible++;
        }

        return eligible;
    }

    /// <summary>Compiling one expression.</summary>
    [Benchmark]
    public bool Parse() => EligibilityExpression.TryParse(Text, _scope, out _, out _);

    private sealed class Sink : IFoldSink
    {
        public void Emit(OutboxItem item) { }

        public void Name(ulong hash, string name) { }
    }
}
