using Personalization.Partitions;
using Personalization.Storage.Rules;

namespace Personalization.Storage.Memory;

/// <summary>Orders customers as listings do: by slot, then by the UTF-8 bytes of the key.</summary>
internal sealed class CustomerOrder : IComparer<CustomerKey>
{
    public static CustomerOrder Instance { get; } = new();

    public int Compare(CustomerKey left, CustomerKey right)
    {
        var slots = PartitionMap.SlotOf(left).CompareTo(PartitionMap.SlotOf(right));
        return slots != 0 ? slots : Utf8Order.Instance.Compare(left.Text, right.Text);
    }
}
