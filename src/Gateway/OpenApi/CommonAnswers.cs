using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Personalization.Gateway.OpenApi;

/// <summary>What many calls have in common and no endpoint tells by itself: headers, refusals, and members that are left out.</summary>
internal static class CommonAnswers
{
    private const string IdempotencyKey = "Idempotency-Key";
    private const string IfMatch = "If-Match";
    private const string IfNoneMatch = "If-None-Match";

    private static readonly Dictionary<string, string> Headers = new(StringComparer.Ordinal)
    {
        [IdempotencyKey] = "A retry with the same key and slot gets the same decision.",
        [IfMatch] = "Only if the thing has this ETag; * = only if it exists.",
        [IfNoneMatch] = "Writing: * = only if it does not exist. Reading: 304 if it still has this ETag.",
    };

    private static readonly Dictionary<string, string[]> HeadersOf = new(StringComparer.Ordinal)
    {
        ["decideNextBestAction"] = [IdempotencyKey],
        ["getRecommendations"] = [IdempotencyKey],
        ["rerank"] = [IdempotencyKey],
        ["putItem"] = [IfMatch, IfNoneMatch],
        ["putItemById"] = [IfMatch, IfNoneMatch],
        ["putAction"] = [IfMatch, IfNoneMatch],
        ["deleteItem"] = [IfMatch],
        ["deleteItemById"] = [IfMatch],
        ["deleteAction"] = [IfMatch],
        ["getItem"] = [IfNoneMatch],
        ["getAction"] = [IfNoneMatch],
    };

    /// <summary>Adds the transformers.</summary>
    public static void AddCommonAnswers(this OpenApiOptions options)
    {
        options.AddOperationTransformer((operation, context, _) =>
        {
            AddHeaders(operation);
            AddRefusals(operation, context);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // A member that may be null is left out when it is.
            foreach (var member in context.JsonTypeInfo.Properties)
            {
                if (member.IsGetNullable || Nullable.GetUnderlyingType(member.PropertyType) is not null) schema.Required?.Remove(member.Name);
            }

            return Task.CompletedTask;
        });
    }

    private static void AddHeaders(OpenApiOperation operation)
    {
        foreach (var header in HeadersOf.GetValueOrDefault(operation.OperationId ?? "", []))
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header,
                In = ParameterLocation.Header,
                Description = Headers[header],
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
        }

        if (HeadersOf.GetValueOrDefault(operation.OperationId ?? "", []).Contains(IfNoneMatch) && operation.OperationId!.StartsWith("get", StringComparison.Ordinal))
            operation.Responses?.TryAdd("304", new OpenApiResponse { Description = "It still has the ETag" });
    }

    private static void AddRefusals(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (operation.Responses is not { } responses) return;
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>().FirstOrDefault()?.Policy is { } policy)
        {
            responses.TryAdd("401", new OpenApiResponse { Description = "No valid key" });
            responses.TryAdd("403", new OpenApiResponse { Description = $"The key is of another kind; this call needs one of {policy} or admin" });
        }

        foreach (var (status, response) in responses)
        {
            if (status is not ("429" or "503") || response is not OpenApiResponse own) continue;
            (own.Headers ??= new Dictionary<string, IOpenApiHeader>())["Retry-After"] =
                new OpenApiHeader { Description = "Seconds to wait before the same is sent again", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } };
        }
    }
}
