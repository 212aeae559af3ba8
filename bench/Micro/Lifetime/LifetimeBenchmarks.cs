using BenchmarkDotNet.Attributes;
using Personalization.Algorithms.Lifetime;

namespace Personalization.Micro.Lifetime;

/// <summary>The cost of scoring one customer; every method allocates nothing.</summary>
[MemoryDiagnoser]
public class LifetimeBenchmarks
{
    private static readonly BetaGeometricModel Model = new(BetaGeometricVariant.MbgNbd, new(0.5248, 6.183, 0.891, 1.614));
    private static readonly GammaGammaModel Value = new(6.25, 3.74, 15.44);
    private readonly PurchaseStatistics _customer = new(12, 60, 78);
    private readonly SpendStatistics _spend = new(12, 22.35);

    [Benchmark]
    public double LogLikelihood() => Model.LogLikelihood(_customer);

    [Benchmark]
    public double ProbabilityAlive() => Model.ProbabilityAlive(_customer);

    [Benchmark]
    public double ProbabilityOfNoPurchase() => Model.ProbabilityOfNoPurchase(_customer, 90 / 7.0);

    [Benchmark]
    public double CrossingTime() => Model.CrossingTime(_customer, 0.5);

    [Benchmark]
    public double ExpectedPurchases() => Model.ExpectedPurchases(_customer, 52);

    [Benchmark]
    public double DiscountedLifetimeValue() => LifetimeValue.Expected(Model, Value, _customer, _spend, 52, 0.1);

    [Benchmark]
    public int RecordPurchase()
    {
        var history = new PurchaseHistory();
        for (var day = 0; day < 10; day++) history.Record(day * 7);
        return history.Days;
    }
}
