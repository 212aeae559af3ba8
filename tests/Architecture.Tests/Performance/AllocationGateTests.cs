using BenchmarkDotNet.Attributes;
using Personalization.Micro.Gate;

namespace Personalization.Architecture.Tests.Performance;

/// <summary>Hot paths allocate what <c>bench/Micro/allocations.json</c> allows them, and the gate that says so notices when they do not.</summary>
public sealed class AllocationGateTests
{
    [Fact]
    public void Every_benchmark_with_a_budget_keeps_it()
    {
        var broken = AllocationGate.Run(typeof(AllocationGate).Assembly, AllocationBudget.Load()).Where(result => !result.Passes).Select(GateReport.Line);
        Assert.Empty(broken);
    }

    [Theory]
    [InlineData(nameof(Samples.Boxes) + "(Count=1)", 24, true)]
    [InlineData(nameof(Samples.Boxes) + "(Count=1)", 20, false)]
    [InlineData(nameof(Samples.Boxes) + "(Count=4)", 96, true)]
    [InlineData(nameof(Samples.Boxes) + "(Count=4)", 24, false)]
    [InlineData(nameof(Samples.Adds) + "(Count=4)", 0, true)]
    [InlineData(nameof(Samples.SharesOneBoxAmongTen) + "(Count=1)", 2.4, true)]
    [InlineData(nameof(Samples.SharesOneBoxAmongTen) + "(Count=1)", 1, false)]
    [InlineData("IsNoBenchmark", 1000, false)]
    public void A_budget_passes_only_if_the_operation_keeps_it(string operation, double bytes, bool passes)
    {
        var name = $"{nameof(Samples)}.{operation}";
        var result = Assert.Single(
            AllocationGate.Run(typeof(AllocationGateTests).Assembly, new Dictionary<string, double> { [name] = bytes }), result => result.Name == name);
        Assert.True(result.Passes == passes, GateReport.Line(result));
    }

    [Fact]
    public void A_benchmark_without_a_budget_is_listed_and_passes()
    {
        var results = AllocationGate.Run(typeof(AllocationGateTests).Assembly, new Dictionary<string, double>());
        Assert.All(results, result => Assert.True(result.Passes && result.Measured is null));
        Assert.Contains(results, result => result.Name == $"{nameof(Samples)}.{nameof(Samples.Boxes)}(Count=4)");
    }
}

/// <summary>Operations whose bytes are known: a boxed long takes 24 on 64 bits.</summary>
public class Samples
{
    private readonly object?[] _kept = new object?[8];
    private long _sum;

    [Params(1, 4)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup() => _sum = 1;

    [Benchmark]
    public long Boxes()
    {
        for (var i = 0; i < Count; i++) _kept[i] = _sum;
        return _sum;
    }

    [Benchmark]
    public long Adds()
    {
        for (var i = 0; i < Count; i++) _sum += i;
        return _sum;
    }

    [Benchmark(OperationsPerInvoke = 10)]
    public void SharesOneBoxAmongTen() => _kept[0] = _sum;
}
