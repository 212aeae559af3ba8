using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Streams;
using Personalization.Configuration;

namespace Personalization.Storage.Streams;

/// <summary>Registers the partition streams with a silo.</summary>
public static class PartitionStreamHosting
{
    /// <summary>
    /// Adds the stream provider <see cref="Names.LogStreamProvider"/> over the silo's <see cref="Log.IPartitionLog"/>: one implicit stream per
    /// partition, which carries new entries to the partition's owner.
    /// </summary>
    public static ISiloBuilder AddPartitionStreams(this ISiloBuilder builder) =>
        builder.AddPersistentStreams(Names.LogStreamProvider, PartitionLogAdapterFactory.Create, streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigureBackoffProvider((_, _) => (Orleans.Runtime.Providers.IQueueReaderBackoffProvider)new PartitionStreamBackoff());
            streams.ConfigureBackoffProvider((_, _) => (Orleans.Runtime.Providers.IMessageDeliveryBackoffProvider)new PartitionStreamBackoff());
            streams.ConfigurePullingAgent(options => options.Configure(agent =>
            {
                agent.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(50);
                agent.BatchContainerBatchSize = 1;
                agent.MaxEventDeliveryTime = TimeSpan.FromSeconds(5);
            }));
        });
}
