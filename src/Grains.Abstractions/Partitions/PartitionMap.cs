namespace Personalization.Partitions;

/// <summary>
/// Where a customer lives. slot = XXH3-64(key text) mod 1,024; partition = ⌊slot · P / 1,024⌋, so each partition is a run of
/// neighbouring slots. The hash is of the event's own key and never of a link, so it never changes for an id.
/// </summary>
public sealed class PartitionMap
{
    /// <summary>The number of slots; fixed for ever, because store keys carry it.</summary>
    public const int Slots = 1024;

    /// <summary>Makes a map of <paramref name="partitions"/> partitions.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not within 1 to 1,024.</exception>
    public PartitionMap(int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(partitions, Slots);
        Partitions = partitions;
    }

    /// <summary>The number of partitions, fixed at the first start of an installation.</summary>
    public int Partitions { get; }

    /// <summary>The slot (0 to 1,023) of a customer.</summary>
    public static int SlotOf(CustomerKey key) => (int)(KeyHash.Hash64(key.Text) % Slots);

    /// <summary>The partition (0 to P − 1) of a customer.</summary>
    public int PartitionOf(CustomerKey key) => SlotOf(key) * Partitions / Slots;
}
