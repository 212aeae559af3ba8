using Personalization.Partitions;

namespace Personalization.Customers;

/// <summary>A row was written by a newer fold than this silo has: it is neither read nor written here, and waits for a silo that is upgraded.</summary>
[GenerateSerializer, Alias("personalization.NewerFoldException")]
public sealed class NewerFoldException : Exception
{
    /// <summary>Makes one.</summary>
    public NewerFoldException() { }

    /// <summary>Makes one with what happened.</summary>
    public NewerFoldException(string message) : base(message) { }

    /// <summary>Makes one with what happened and what caused it.</summary>
    public NewerFoldException(string message, Exception inner) : base(message, inner) { }

    /// <summary>Makes one for a customer's row.</summary>
    public NewerFoldException(CustomerKey customer, int stored, int own)
        : base($"the row of customer {customer} was written by fold version {stored}, but this silo folds by version {own}: it runs an older release or older fold settings and must be brought up to date") { }
}
