using Orleans.Runtime.Providers;
using Orleans.Streams;

namespace Personalization.Storage.Streams;

/// <summary>Waits between tries of the pulling agents: from 50 ms doubling to 2 s. The runtime's own 10 to 20 s would be a stall that a storefront notices.</summary>
internal sealed class PartitionStreamBackoff : IQueueReaderBackoffProvider, IMessageDeliveryBackoffProvider
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The wait before a try; attempts count from 0.</summary>
    public TimeSpan Next(int attempt) => TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << Math.Clamp(attempt, 0, 10)));
}
