using BenchmarkDotNet.Attributes;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Log;

namespace Personalization.Micro.Decisions;

/// <summary>
/// The next best action, from the question to the record: 32 features, three values in the context, linear Thompson sampling unless said otherwise. The bytes of <c>Decide</c> are the record's
/// own and the question's 128.
/// </summary>
[MemoryDiagnoser]
public class DecisionBenchmarks
{
    private DecisionShop _shop = null!;
    private DecisionPipeline _pipeline = null!;
    private ulong _decision;

    /// <summary>K.</summary>
    [Params(100, 1000)]
    public int Candidates { get; set; }

    /// <summary>The policy.</summary>
    [Params(DecisionPolicy.LinearThompsonSampling, DecisionPolicy.LogisticThompsonSampling)]
    public DecisionPolicy Policy { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _shop = new DecisionShop(Candidates, Policy);
        _pipeline = new DecisionPipeline(_shop.Settings);
    }

    /// <summary>One decision for one place.</summary>
    [Benchmark]
    public DecisionMade Decide() => _pipeline.Decide(_shop.Question with { Decision = ++_decision });

    /// <summary>The record as the log's entry.</summary>
    [Benchmark]
    public byte[] DecideAndWrite() =>
        _shop.Codec.Write(new EntryEnvelope(EntryKind.Decision, _shop.Profile.Customer, "decision", DecisionShop.At), _pipeline.Decide(_shop.Question with { Decision = ++_decision }));
}
