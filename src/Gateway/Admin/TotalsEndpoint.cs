using Personalization.Configuration;
using Personalization.Engine.Profiles;
using Personalization.Events;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Gateway.Admin;

/// <summary><c>GET /v1/admin/totals</c>: the sums that each partition keeps with its commits, added up.</summary>
internal static class TotalsEndpoint
{
    /// <summary>How long <c>wait=true</c> holds at most: below Orleans' own response timeout of 30 s.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private const string TypePrefix = "type.";

    /// <summary>Maps the call.</summary>
    public static void MapTotals(this IEndpointRouteBuilder routes) => routes.MapGet("/v1/admin/totals", Get)
        .RequireAuthorization(AccessPolicies.Admin)
        .WithName("getTotals").WithTags("Admin")
        .WithSummary("Sums over all customers; wait=true holds until what was accepted before is in them")
        .Produces<AdminTotalsResponse>().ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Get(HttpContext context, IGrainFactory grains, PersonalizationOptions options, bool wait = false)
    {
        var partitions = Enumerable.Range(0, options.Partitions).Select(partition => grains.GetGrain<IPartitionGrain>(partition)).ToArray();
        bool? drained = null;
        if (wait) drained = (await Task.WhenAll(partitions.Select(partition => partition.Drain(MaxWait)))).All(done => done);
        var states = Task.WhenAll(partitions.Select(partition => partition.ReadState()));
        var statuses = Task.WhenAll(partitions.Select(partition => partition.Ensure()));
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.Of(Sum(await states, await statuses, drained), GatewayJson.Default.AdminTotalsResponse);
    }

    private static AdminTotalsResponse Sum(PartitionState[] states, PartitionStatus[] statuses, bool? drained)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in states.SelectMany(state => state.Counters))
        {
            if (!ProfileCounters.IsMoney(name)) sums[name] = sums.GetValueOrDefault(name) + value;
        }

        long Of(string name) => sums.GetValueOrDefault(name);
        long OfType(EventType type) => Of(TypePrefix + EventTypes.NameOf(type));
        return new AdminTotalsResponse(
            Of("customers"), Of("events"), OfType(EventType.ProductViewed), OfType(EventType.ProductAdded), OfType(EventType.Purchase), Of("orders"),
            states.Sum(state => ProfileCounters.Revenue(state.Counters)), states.Sum(state => ProfileCounters.Refunded(state.Counters)),
            Of("late"), Of("bot"), Of("test"),
            sums.Where(sum => sum.Key.StartsWith(TypePrefix, StringComparison.Ordinal) && sum.Value != 0).ToDictionary(sum => sum.Key[TypePrefix.Length..], sum => sum.Value),
            states.Sum(state => state.DeadLetters), states.Sum(state => state.Lost),
            new LagResponse(statuses.Sum(status => status.Lag), statuses.Max(status => status.AgeSeconds)), drained);
    }
}
