using Orleans.Metadata;
using Orleans.Runtime.Placement;
using Personalization.Configuration;
using Personalization.Grains.Customers;
using Personalization.Grains.Partitions;
using Personalization.Partitions;

namespace Personalization.Grains.Placement;

/// <summary>Activations go to the silo that is to own their partition.</summary>
[GenerateSerializer, Immutable, Alias("personalization.PartitionPlacement")]
internal sealed class PartitionPlacement : PlacementStrategy
{
    public static PartitionPlacement Instance { get; } = new();
}

/// <summary>Says which grains are placed by partition: owners always, customers where the settings say so.</summary>
internal sealed class PartitionPlacementResolver(GrainTypeResolver types, SiloClusterOptions cluster) : IPlacementStrategyResolver
{
    private readonly GrainType _partition = types.GetGrainType(typeof(PartitionGrain));
    private readonly GrainType _customer = types.GetGrainType(typeof(CustomerGrain));

    public bool TryResolvePlacementStrategy(GrainType grainType, GrainProperties? properties, out PlacementStrategy result)
    {
        result = PartitionPlacement.Instance;
        return grainType == _partition || (grainType == _customer && cluster.CustomerPlacement == CustomerPlacement.Owner);
    }
}

/// <summary>Chooses the silo by the grain's key: a partition's number, or a customer's key.</summary>
internal sealed class PartitionPlacementDirector(PreferredSilos preferred, ISiloStatusOracle statuses) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        // A silo that has said that it leaves is compatible for some moments more.
        var compatible = context.GetCompatibleSilos(target);
        var staying = compatible.Where(silo => statuses.GetApproximateSiloStatus(silo) == SiloStatus.Active).ToArray();
        var silos = staying.Length > 0 ? staying : compatible;
        var partition = target.GrainIdentity.TryGetIntegerKey(out var number, out _) ? (int)number : preferred.PartitionOf(CustomerKey.Parse(target.GrainIdentity.Key.ToString()!));
        return Task.FromResult(preferred.Of(partition, silos));
    }
}
