using Personalization.Partitions;

namespace Personalization.Customers;

/// <summary>A customer's row is damaged where it is stored, and its journal does not hold enough to fold it anew: it is neither read nor written until it is erased or put back.</summary>
[GenerateSerializer, Alias("personalization.DamagedProfileException")]
public sealed class DamagedProfileException : Exception
{
    /// <summary>Makes one.</summary>
    public DamagedProfileException() { }

    /// <summary>Makes one with what happened.</summary>
    public DamagedProfileException(string message) : base(message) { }

    /// <summary>Makes one with what happened and what caused it.</summary>
    public DamagedProfileException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Makes one for a customer's row.</summary>
    public DamagedProfileException(CustomerKey customer, string reason)
        : base($"the stored profile of customer {customer} is damaged ({reason}), and its journal does not reach far enough back to fold it anew: put a back-up back, or erase the customer") { }
}
