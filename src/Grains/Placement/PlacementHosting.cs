using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Metadata;
using Orleans.Runtime.Placement;
using Personalization.Configuration;
using Personalization.Partitions;

namespace Personalization.Grains.Placement;

/// <summary>Registers where owners and customers are activated.</summary>
internal static class PlacementHosting
{
    /// <summary>Adds placement by partition, and what lets owners follow the silos.</summary>
    public static IServiceCollection AddPartitionPlacement(this IServiceCollection services)
    {
        services.AddSingleton(provider => new PreferredSilos(provider.GetRequiredService<PartitionMap>()));
        services.AddSingleton<IPlacementStrategyResolver>(provider => new PartitionPlacementResolver(
            provider.GetRequiredService<GrainTypeResolver>(), provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value.Cluster));
        services.AddPlacementDirector<PartitionPlacement>(provider => new PartitionPlacementDirector(provider.GetRequiredService<PreferredSilos>(), provider.GetRequiredService<ISiloStatusOracle>()));
        services.AddSingleton<OwnersHere>();
        services.AddSingleton<OwnerMoves>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, OwnerHandOver>();
        services.AddHostedService<OwnerMover>();
        return services;
    }
}
