using System.Collections.Concurrent;

namespace Personalization.Grains.Placement;

/// <summary>The partitions whose owner's grain is active on this silo, so that nobody need be asked for them.</summary>
internal sealed class OwnersHere
{
    private readonly ConcurrentDictionary<int, bool> _partitions = new();

    /// <summary>The partitions, as of now.</summary>
    public IReadOnlyCollection<int> Partitions => [.. _partitions.Keys];

    /// <summary>Whether one is here.</summary>
    public bool Contains(int partition) => _partitions.ContainsKey(partition);

    /// <summary>A grain was activated.</summary>
    public void Arrived(int partition) => _partitions[partition] = true;

    /// <summary>Its work here is over.</summary>
    public void Left(int partition) => _partitions.TryRemove(partition, out _);
}
