using System.Diagnostics;
using System.Reflection;

namespace Personalization.Micro.Gate;

/// <summary>How one operation stands against its budget.</summary>
/// <param name="Name">As in <c>allocations.json</c>.</param>
/// <param name="Expected">Bytes that one operation may allocate; null = it has no budget.</param>
/// <param name="Measured">Bytes that one operation allocated; null = there is no such benchmark.</param>
public sealed record GateResult(string Name, double? Expected, double? Measured)
{
    /// <summary>Whether it keeps its budget. What has no budget passes; a budget without a benchmark does not: it guards nothing.</summary>
    public bool Passes => Expected is not { } expected || (Measured is { } measured && measured <= expected + Slack(expected));

    /// <summary>Whether the budget could be lowered.</summary>
    public bool CouldBeLowered => Expected is { } expected && Measured is { } measured && measured < expected - Slack(expected);

    /// <summary>5 % of the budget and half a byte: caches of the runtime that fill at odd times, spread over many operations.</summary>
    private static double Slack(double expected) => (expected * 0.05) + 0.5;
}

/// <summary>
/// A gate on bytes, which unlike times repeat on any machine (the idea is Garnet's, which keeps expected allocations beside its benchmarks):
/// calls each benchmark that has a budget, and compares what this thread allocated.
/// </summary>
public static class AllocationGate
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Measuring = TimeSpan.FromMilliseconds(20);
    private const int Repeats = 5;
    private const int MaxCalls = 20_000;

    /// <summary>Measures what <paramref name="budget"/> names and lists what it does not name.</summary>
    public static IReadOnlyList<GateResult> Run(Assembly benchmarks, IReadOnlyDictionary<string, double> budget)
    {
        var results = new List<GateResult>();
        var left = new HashSet<string>(budget.Keys, StringComparer.Ordinal);
        foreach (var operation in GatedOperation.In(benchmarks).OrderBy(operation => operation.Name, StringComparer.Ordinal))
        {
            var isGated = left.Remove(operation.Name);
            results.Add(new GateResult(operation.Name, isGated ? budget[operation.Name] : null, isGated ? Measure(operation) : null));
        }

        results.AddRange(left.Select(name => new GateResult(name, budget[name], null)));
        return results;
    }

    /// <summary>The least of several measurements: what the operation itself cannot do without.</summary>
    private static double Measure(GatedOperation operation)
    {
        var (call, between, finish) = operation.Prepare();
        var calls = 0;
        between();
        for (var start = Stopwatch.GetTimestamp(); calls < 3 || (Stopwatch.GetElapsedTime(start) < WarmUp && calls < MaxCalls); calls++) call();

        // The clock allocates nothing, so it may stand inside what is measured.
        var least = double.MaxValue;
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            between();
            var made = 0;
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var start = Stopwatch.GetTimestamp(); made == 0 || (made < MaxCalls && Stopwatch.GetElapsedTime(start) < Measuring); made++) call();
            var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            least = Math.Min(least, bytes / (double)made / operation.PerInvoke);
        }

        finish();
        return least;
    }
}
