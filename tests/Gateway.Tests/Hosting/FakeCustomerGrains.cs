using Personalization.Customers;
using Personalization.Partitions;

namespace Personalization.Gateway.Tests.Hosting;

/// <summary>Hands out the factory's hand-written customers, which are no references of Orleans.</summary>
internal sealed class FakeCustomerGrains(IGrainFactory grains) : CustomerGrains(grains)
{
    private readonly IGrainFactory _grains = grains;

    public override ICustomerGrain Of(CustomerKey customer) => _grains.GetGrain<ICustomerGrain>(customer.Text);
}
