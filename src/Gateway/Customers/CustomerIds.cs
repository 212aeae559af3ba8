using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Partitions;

namespace Personalization.Gateway.Customers;

/// <summary>Reads <c>{id}</c> of a URL.</summary>
internal static class CustomerIds
{
    /// <summary>The key of a customerId, or of an anonymousId behind <c>anon:</c>.</summary>
    /// <exception cref="ProblemException">It breaks the rules of ids.</exception>
    public static CustomerKey Parse(string id, PersonalizationOptions options)
    {
        Ids.Check("id", id.StartsWith(CustomerKey.AnonymousPrefix, StringComparison.Ordinal) && id.Length > CustomerKey.AnonymousPrefix.Length ? id[CustomerKey.AnonymousPrefix.Length..] : id);
        return CustomerKey.TryFromPublicId(options.Tenant, id, out var error, out var key) ? key : throw ProblemException.BadRequest(error);
    }

    /// <summary>The same for calls that write of a customer: an id that no customer should have is refused. What was written under one before can still be read and erased.</summary>
    /// <exception cref="ProblemException">It breaks the rules of ids, is blank, or is blocked.</exception>
    public static CustomerKey ParseNew(string id, PersonalizationOptions options)
    {
        var key = Parse(id, options);
        Ids.CheckNew("id", key.Id, options.Limits);
        return key;
    }
}
