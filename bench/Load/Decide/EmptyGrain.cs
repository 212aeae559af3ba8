using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orleans.Concurrency;

namespace Personalization.Load.Decide;

/// <summary>A grain that does nothing: what a call over HTTP costs whatever is decided in it.</summary>
internal interface IEmptyGrain : IGrainWithStringKey
{
    /// <summary>Answers.</summary>
    Task<int> Call(Immutable<string> question);
}

/// <inheritdoc cref="IEmptyGrain" />
internal sealed class EmptyGrain : Grain, IEmptyGrain
{
    public Task<int> Call(Immutable<string> question) => Task.FromResult(question.Value.Length);
}

/// <summary>The door to it: routed, bound and answered in JSON as the product's own calls are.</summary>
internal static class EmptyDoor
{
    /// <summary>Maps <c>POST /bench/customers/{id}/empty</c>.</summary>
    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/bench/customers/{id}/empty", async (string id, HttpRequest request, IGrainFactory grains) =>
    {
        using var reader = new StreamReader(request.Body);
        return TypedResults.Json(new EmptyAnswer(id, await grains.GetGrain<IEmptyGrain>(id).Call(new Immutable<string>(await reader.ReadToEndAsync()))));
    });

    /// <summary>The answer.</summary>
    internal sealed record EmptyAnswer(string CustomerId, int Length);
}
