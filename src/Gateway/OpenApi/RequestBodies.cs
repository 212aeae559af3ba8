using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.OpenApi;

/// <summary>Describes the bodies of calls that read their bytes themselves, which the framework cannot see.</summary>
internal static class RequestBodies
{
    /// <summary>Tells the contract's type, and an example for each content type. Requests of another content type are refused.</summary>
    public static RouteHandlerBuilder WithRequestBody<T>(this RouteHandlerBuilder endpoint, params (string ContentType, string? Example)[] forms) =>
        endpoint.WithMetadata(new BodyTypes([.. forms.Select(form => form.ContentType)])).ProducesProblem(StatusCodes.Status415UnsupportedMediaType).AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            var schema = await SchemaOf(typeof(T), context, cancellation);
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = forms.ToDictionary(form => form.ContentType, form => new OpenApiMediaType { Schema = schema, Example = form.Example is null ? null : JsonNode.Parse(form.Example) }),
            };
        });

    /// <summary>Tells a second type that a call's 200 may have.</summary>
    public static RouteHandlerBuilder WithAlternativeAnswer<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellation) =>
        {
            var other = await SchemaOf(typeof(T), context, cancellation);
            foreach (var form in operation.Responses?["200"].Content?.Values ?? [])
                form.Schema = new OpenApiSchema { OneOf = [form.Schema!, other] };
        });

    /// <summary>Records of the contract by name, so that clients' generators make one type of each; anything else where it stands.</summary>
    private static async Task<IOpenApiSchema> SchemaOf(Type type, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, cancellation);
        if (type.IsGenericType || type.IsArray || context.Document is not { } document) return schema;
        document.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, document);
    }
}
