using System.Diagnostics;
using Personalization.Load.Baseline;
using Personalization.Partitions;

namespace Personalization.Load.Hosting;

/// <summary>What a run asks of the system, whichever it is.</summary>
internal interface ISystemUnderTest
{
    /// <summary>The class of the customers' grain.</summary>
    string CustomerGrain { get; }

    /// <summary>Waits, bounded, until everything that was answered is durable and folded, and counts it.</summary>
    Task<DurableState> Drain(TimeSpan atMost);
}

/// <summary>The engine: durable and folded is what its partitions have committed.</summary>
internal sealed class EngineUnderTest(IGrainFactory grains, PartitionMap map) : ISystemUnderTest
{
    // Below the time-out of a grain call.
    private static readonly TimeSpan OneCall = TimeSpan.FromSeconds(10);

    public string CustomerGrain => "Personalization.Grains.Customers.CustomerGrain";

    public async Task<DurableState> Drain(TimeSpan atMost)
    {
        var started = Stopwatch.GetTimestamp();
        var partitions = await Task.WhenAll(Enumerable.Range(0, map.Partitions).Select(partition => Drain(partition, started, atMost)));
        return new DurableState(partitions.All(state => state.IsComplete), partitions.Sum(state => state.Events));
    }

    private async Task<DurableState> Drain(int partition, long started, TimeSpan atMost)
    {
        var owner = grains.GetGrain<IPartitionGrain>(partition);
        var isComplete = false;
        while (!isComplete && Stopwatch.GetElapsedTime(started) < atMost) isComplete = await owner.Drain(OneCall);
        var state = await owner.ReadState();
        return new DurableState(isComplete, state.Counters.GetValueOrDefault("events"));
    }
}

/// <summary>The baseline: an answer means that the state is written, so there is nothing to wait for.</summary>
internal sealed class BaselineUnderTest(SqliteGrainStorage storage) : ISystemUnderTest
{
    public string CustomerGrain => typeof(StoredCustomerGrain).FullName!;

    public Task<DurableState> Drain(TimeSpan atMost) => Task.FromResult(new DurableState(true, storage.CountRecorded()));
}
