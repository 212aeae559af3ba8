using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Orleans.Runtime;
using Personalization.Load.Traffic;

namespace Personalization.Load.Hosting;

/// <summary>Doors beside the product's own, through which a run steers the process that it measures.</summary>
internal static class BenchDoors
{
    /// <summary>Maps them below <c>/bench</c>.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var bench = app.MapGroup("/bench");
        bench.MapPost("/drain", (ISystemUnderTest system, double seconds) => system.Drain(TimeSpan.FromSeconds(seconds)));
        bench.MapPost("/ingest", (InProcessLoad load, string run, string prefix, int customers, double zipf, int callers, double seconds) =>
            load.Run(PopulationOf(prefix, customers, zipf), run, callers, TimeSpan.FromSeconds(seconds)));
        bench.MapPost("/fill", (InProcessLoad load, string run, string prefix, int customers, int events, double days) =>
            load.Fill(Population.Uniform(prefix, customers), run, events, TimeSpan.FromDays(days)));
        bench.MapPost("/collect", async (IGrainFactory grains, ISystemUnderTest system) =>
        {
            await grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
            return await CountCustomers(grains, system);
        });
        bench.MapPost("/heap", async (IGrainFactory grains, ISystemUnderTest system) => Measure(await CountCustomers(grains, system)));
        bench.MapGet("/process", Use);
    }

    /// <summary>A population from the numbers that travel in a query; an exponent of 0 is uniform.</summary>
    public static Population PopulationOf(string prefix, int customers, double zipf) =>
        zipf > 0 ? Population.Zipf(prefix, customers, zipf) : Population.Uniform(prefix, customers);

    private static async Task<int> CountCustomers(IGrainFactory grains, ISystemUnderTest system)
    {
        var statistics = await grains.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        return statistics.Where(statistic => statistic.GrainType.Contains(system.CustomerGrain, StringComparison.Ordinal)).Sum(statistic => statistic.ActivationCount);
    }

    private static HeapState Measure(int activations)
    {
        // Twice, with finalizers between: what only finalizers held is gone after the second.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return new HeapState(GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet, activations);
    }

    private static ProcessUse Use() => new(
        Environment.CpuUsage.TotalTime.TotalSeconds,
        GC.GetTotalAllocatedBytes(),
        GC.CollectionCount(0),
        GC.CollectionCount(1),
        GC.CollectionCount(2),
        GC.GetTotalPauseDuration().TotalSeconds,
        Environment.WorkingSet);
}
