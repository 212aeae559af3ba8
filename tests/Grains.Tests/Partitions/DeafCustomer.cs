using System.Reflection;
using Personalization.Customers;
using Personalization.Partitions;

namespace Personalization.Grains.Tests.Partitions;

/// <summary>A customer that hands over what it folded and, while it is deaf, does not hear that it was saved.</summary>
internal sealed class DeafCustomer
{
    public bool IsDeaf { get; set; }

    /// <summary>While it is set, nothing is handed over.</summary>
    public bool IsMute { get; set; }

    public int Missed { get; private set; }

    public Func<CustomerKey, ICustomerGrain> Around(Func<CustomerKey, ICustomerGrain> customers) => key => Of(customers(key));

    public ICustomerGrain Of(ICustomerGrain inner)
    {
        var ears = DispatchProxy.Create<ICustomerGrain, Ears>();
        ((Ears)ears).Set(this, inner);
        return ears;
    }

    public class Ears : DispatchProxy
    {
        private DeafCustomer _customer = null!;
        private ICustomerGrain _inner = null!;

        internal void Set(DeafCustomer customer, ICustomerGrain inner) => (_customer, _inner) = (customer, inner);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(ICustomerGrain.Collect) && _customer.IsMute) return new TaskCompletionSource<CollectReply>().Task;
            if (targetMethod.Name != nameof(ICustomerGrain.Acknowledge) || !_customer.IsDeaf) return targetMethod.Invoke(_inner, args);
            _customer.Missed++;
            return new TaskCompletionSource().Task;
        }
    }
}
