using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Personalization.Configuration;
using Personalization.Customers;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Security;
using Personalization.Gateway.Telemetry;

namespace Personalization.Gateway.Live;

/// <summary><c>GET /v1/customers/{id}/live</c>: server-sent events of one customer.</summary>
internal static class LiveEndpoint
{
    /// <summary>Maps the call.</summary>
    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/customers/{id}/live", Get)
        .RequireAuthorization(AccessPolicies.Read)
        .WithName("watchCustomer").WithTags("Customers")
        .WithSummary("Watch a customer: the profile, then every change (server-sent events)")
        .Produces<LiveEvent>(StatusCodes.Status200OK, "text/event-stream")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<ServerSentEventsResult<string>> Get(string id, HttpContext context, IGrainFactory grains, CustomerGrains customers, PersonalizationOptions options, GatewayMetrics metrics, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var key = CustomerIds.Parse(id, options);
        var watch = new LiveWatch(grains, customers.Of(key), id, time);
        context.Response.RegisterForDisposeAsync(watch);
        var first = await watch.Begin(); // before the answer's head: what fails here is a problem document
        return TypedResults.ServerSentEvents(Counted(watch, first, metrics, context.RequestAborted, lifetime.ApplicationStopping));
    }

    /// <summary>Also ends when the host stops: an open stream must not hold up a graceful stop.</summary>
    private static async IAsyncEnumerable<SseItem<string>> Counted(LiveWatch watch, SseItem<string> first, GatewayMetrics metrics, CancellationToken aborted, [EnumeratorCancellation] CancellationToken stopping)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        metrics.Live(1);
        try
        {
            yield return first;
            await foreach (var item in watch.Read(ends.Token)) yield return item;
        }
        finally
        {
            metrics.Live(-1);
        }
    }
}
