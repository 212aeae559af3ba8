using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Partitions;

namespace Personalization.Gateway.Admin;

/// <summary><c>GET /v1/admin/customers</c>: every customer with a stored profile, partition by partition.</summary>
internal static class CustomerListEndpoint
{
    /// <summary>Maps the call.</summary>
    public static void MapCustomerList(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/admin/customers", Get)
        .RequireAuthorization(AccessPolicies.Admin)
        .WithName("listCustomers").WithTags("Admin")
        .WithSummary("List customers with a stored profile")
        .Produces<CustomerListResponse>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Get(IGrainFactory grains, PersonalizationOptions options, string? cursor = null, int? limit = null)
    {
        var size = Paging.Limit(limit);
        var (partition, after) = Paging.Place(cursor, options.Partitions);
        // A row is named by its key, tenant and all; what is none would be a fault of the listing's own further down.
        var tenant = options.Tenant + "/";
        if (after is not null && !(after.StartsWith(tenant, StringComparison.Ordinal) && CustomerKey.TryFromPublicId(options.Tenant, after[tenant.Length..], out _, out _))) throw Paging.BadCursor();
        var rows = new List<CustomerRow>(size);
        string? next = null;
        for (; partition < options.Partitions && next is null; partition++, after = null)
        {
            var page = await grains.GetGrain<IPartitionGrain>(partition).ListCustomers(after, size - rows.Count);
            foreach (var listing in page) rows.Add(new CustomerRow(listing.Customer.PublicId, partition, listing.Applied));
            if (rows.Count == size) next = Paging.Cursor(partition, page[^1].Customer.Text);
        }

        return JsonAnswer.Of(new CustomerListResponse(rows, next), GatewayJson.Default.CustomerListResponse);
    }
}
