using System.Text;
using Personalization.Configuration;
using Personalization.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Log;

namespace Personalization.Gateway.Customers;

/// <summary><c>DELETE /v1/customers/{id}</c>, and <c>POST …/links</c>, which waits for identity to be built.</summary>
internal static class ErasureEndpoint
{
    private const int MaxReasonBytes = 1024;

    /// <summary>Maps the calls.</summary>
    public static void MapErasure(this IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/v1/customers/{id}", Delete)
            .RequireAuthorization(AccessPolicies.Ingest)
            .WithName("deleteCustomer").WithTags("Customers")
            .WithSummary("Erase a customer; the receipt says when the raw log has forgotten, too")
            .Produces<ErasureReceipt>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapPost("/v1/customers/{id}/links", Links)
            .RequireAuthorization(AccessPolicies.Ingest)
            .WithName("postLinks").WithTags("Customers")
            .WithSummary("Link two ids of one customer (not built yet: 501)")
            .ProducesProblem(StatusCodes.Status501NotImplemented);
    }

    private static async Task<IResult> Delete(string id, HttpContext context, EntryAppender entries, PersonalizationOptions options, TimeProvider time, string? reason = null)
    {
        var key = CustomerIds.Parse(id, options);
        if (reason is not null && Encoding.UTF8.GetByteCount(reason) > MaxReasonBytes) throw ProblemException.BadRequest($"reason must be at most {MaxReasonBytes} bytes of UTF-8");
        var eventId = await entries.Append(EntryKind.Erasure, key, new Erasure { Reason = reason }, context.RequestAborted);
        var receipt = new ErasureReceipt(eventId, id, (time.GetUtcNow() + options.Retention.Log).UtcDateTime);
        return JsonAnswer.Of(receipt, GatewayJson.Default.ErasureReceipt, statusCode: StatusCodes.Status202Accepted);
    }

    private static IResult Links(string id, PersonalizationOptions options)
    {
        CustomerIds.Parse(id, options);
        throw new ProblemException(StatusCodes.Status501NotImplemented, "Not built yet", "identity links are not built yet; send both customerId and anonymousId with the event meanwhile");
    }
}
