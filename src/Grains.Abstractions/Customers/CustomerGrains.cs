using Orleans.Runtime;
using Personalization.Partitions;

namespace Personalization.Customers;

/// <summary>
/// References to customers' grains. <see cref="IGrainFactory"/>'s own <c>GetGrain&lt;T&gt;</c> finds the interface's name by reflection at each call, which was a fifth of
/// what the gateway spent on a decision; here it is found once.
/// </summary>
/// <param name="grains">Makes the references.</param>
public class CustomerGrains(IGrainFactory grains)
{
    // A failure, as before the cluster's types are known, is not remembered.
    private readonly Lazy<(GrainType Type, GrainInterfaceType Interface)> _types = new(
        () =>
        {
            var any = (GrainReference)grains.GetGrain<ICustomerGrain>("default/any");
            return (any.GrainId.Type, any.InterfaceType);
        },
        LazyThreadSafetyMode.PublicationOnly);

    /// <summary>The grain of a customer.</summary>
    /// <param name="customer">The customer.</param>
    public virtual ICustomerGrain Of(CustomerKey customer)
    {
        var (type, interfaceType) = _types.Value;
        return (ICustomerGrain)grains.GetGrain(GrainId.Create(type, customer.Text), interfaceType);
    }
}
