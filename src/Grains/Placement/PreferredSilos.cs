using Personalization.Log;
using Personalization.Partitions;

namespace Personalization.Grains.Placement;

/// <summary>The <see cref="PartitionTable"/> for the silos in view, remembered until others are in view.</summary>
internal sealed class PreferredSilos(PartitionMap map)
{
    private volatile View? _view;

    /// <summary>The silo that is to own a partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="silos">The silos that can be chosen from, at least one.</param>
    public SiloAddress Of(int partition, IReadOnlyCollection<SiloAddress> silos)
    {
        var view = _view;
        if (view is null || !view.Holds(silos)) _view = view = new View(map.Partitions, [.. silos]);
        return view.Of(partition);
    }

    /// <summary>The partition of a customer.</summary>
    public int PartitionOf(CustomerKey customer) => map.PartitionOf(customer);

    private sealed class View(int partitions, SiloAddress[] silos)
    {
        private readonly int[] _table = PartitionTable.Assign(partitions, [.. silos.Select(silo => silo.ToParsableString())]);
        private readonly HashSet<SiloAddress> _silos = [.. silos];

        public bool Holds(IReadOnlyCollection<SiloAddress> others) => others.Count == _silos.Count && others.All(_silos.Contains);

        public SiloAddress Of(int partition) => silos[_table[partition]];
    }
}
