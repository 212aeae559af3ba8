using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.OpenApi;
using Personalization.Gateway.Security;
using Scalar.AspNetCore;

namespace Personalization.Gateway.OpenApi;

/// <summary>The contract at <c>/openapi/v1.json</c>, and a page to browse and try it at <c>/docs</c>, which loads nothing from elsewhere.</summary>
internal static class OpenApiSetup
{
    private const string BearerScheme = "bearer";
    private const string HeaderScheme = "apiKey";

    /// <summary>Adds the document.</summary>
    public static void AddGatewayOpenApi(this IServiceCollection services)
    {
        services.Configure<RouteOptions>(routes => routes.SetParameterPolicy<RegexInlineRouteConstraint>("regex")); // a slim host has none
        services.AddOpenApi("v1", Describe);
    }

    private static void Describe(OpenApiOptions options)
    {
        // The contract is what callers may build on; a dashboard's own calls and what the framework maps are none of it.
        options.ShouldInclude = call => call.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Personalization engine",
                Version = "v1",
                Description = "Send what customers do, read who they are a millisecond later. Errors are problem details (RFC 9457).",
            };
            document.Servers = [];
            var components = document.Components ??= new OpenApiComponents();
            components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [BearerScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "A key of Personalization:Keys; none is needed where none is configured." },
                [HeaderScheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = ApiKeyAuthentication.Header },
            };
            document.Security =
            [
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(BearerScheme, document)] = [] },
                new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(HeaderScheme, document)] = [] },
            ];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, _, _) =>
        {
            schema.Description = ContractWords.Of(schema.Description);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, _, _) =>
        {
            foreach (var parameter in operation.Parameters ?? [])
                if (parameter.Name is { } name && ParameterDescriptions.TryGetValue(name, out var description)) parameter.Description ??= description;
            return Task.CompletedTask;
        });
        options.AddCommonAnswers();
    }

    /// <summary>Maps document and page.</summary>
    public static void MapGatewayOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName:regex(^v1$)}.json").AllowAnonymous();
        routes.MapScalarApiReference("/docs", page => page
            .WithTitle("Personalization engine")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .WithNonce()
            .DisableAgent()).AllowAnonymous();
    }

    private static readonly Dictionary<string, string> ParameterDescriptions = new(StringComparer.Ordinal)
    {
        ["at"] = "Evaluate everything at this time (ISO 8601 with offset); not before the customer's newest event.",
        ["after"] = "An event id: answer once it is in the profile (250 ms at most); afterFound says whether it is.",
        ["slot"] = "Where the answer is shown; kept with the decision.",
        ["n"] = "How many items, 1 to 100, default 10; of a rerank 1 to 1,000, default all.",
        ["itemId"] = "The item's id, whatever is in it.",
        ["item"] = "The item whose page it is: the newest interest, never recommended itself.",
        ["category"] = "Only items of this category or one below it.",
        ["repeats"] = "What becomes of items seen or bought: demote (default), allow or exclude.",
        ["explain"] = "Tell the parts of each score; of a decision its features and candidates.",
        ["dryRun"] = "Decide without any effect: no record, no reservation, no reward. So is every call with at= unless Personalization:Clock=Event.",
        ["cursor"] = "The next of the page before.",
        ["limit"] = "Rows of the page, 1 to 1,000; default 100.",
        ["wait"] = "Hold until everything accepted before the call is committed, 20 s at most.",
        ["traffic"] = "Where the events come from: human (default), bot, test or replay.",
        ["reason"] = "Why; kept with the erasure.",
        ["purpose"] = "What for: personalization, marketing or another of yours.",
    };
}
