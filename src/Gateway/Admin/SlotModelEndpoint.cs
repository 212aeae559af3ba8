using Personalization.Configuration;
using Personalization.Gateway.Hosting;
using Personalization.Gateway.Security;
using Personalization.Models;

namespace Personalization.Gateway.Admin;

/// <summary><c>DELETE /v1/admin/slots/{slot}/model</c>: what a slot has learned is forgotten, because somebody spoilt it or because everything about it has changed.</summary>
internal static class SlotModelEndpoint
{
    private const string Model = "actions";
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Maps the call.</summary>
    public static void MapSlotModel(this IEndpointRouteBuilder routes) => routes.MapDelete("/v1/admin/slots/{slot}/model", Delete)
        .RequireAuthorization(AccessPolicies.Admin)
        .WithName("resetSlotModel").WithTags("Admin")
        .WithSummary("Forget what a slot's model has learned; customers keep what they answered themselves")
        .Produces<SlotModelResponse>()
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> Delete(string slot, HttpContext context, IGrainFactory grains, PersonalizationOptions options)
    {
        Ids.Check("slot", slot);
        await grains.GetGrain<ILearnerGrain>(Model).Reset(slot).WaitAsync(Longest, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(new SlotModelResponse(slot, !options.Decisions.Slots.ContainsKey(slot)), GatewayJson.Default.SlotModelResponse);
    }
}

/// <summary>A slot whose model begins anew.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Shared">Whether it was the model that all slots share which the settings do not name: then it begins anew for all of them.</param>
public sealed record SlotModelResponse(string Slot, bool Shared);
