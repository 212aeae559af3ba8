using Microsoft.AspNetCore.Authentication;
using Personalization.Configuration;

namespace Personalization.Gateway.Security;

/// <summary>Puts the keys in front of the calls. Where none is configured nothing stands there, and no call pays for it.</summary>
internal static class AccessKeys
{
    /// <summary>Adds the policies of <see cref="AccessPolicies"/> and who fulfils them.</summary>
    public static void AddAccessKeys(this IServiceCollection services, PersonalizationOptions options)
    {
        if (!options.Keys.Any)
        {
            // The calls name their policies all the same, and the framework would take that for an oversight.
            services.Configure<RouteOptions>(routes => routes.SuppressCheckForUnhandledSecurityMetadata = true);
            return;
        }

        services.AddSingleton(new KeyRing(options.Keys, ApiKeyAuthentication.SchemeName));
        services.AddAuthentication(ApiKeyAuthentication.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(AccessPolicies.Ingest, policy => policy.RequireRole(AccessPolicies.Ingest))
            .AddPolicy(AccessPolicies.Read, policy => policy.RequireRole(AccessPolicies.Read))
            .AddPolicy(AccessPolicies.Admin, policy => policy.RequireRole(AccessPolicies.Admin));
    }

    /// <summary>Asks for keys, if any are configured.</summary>
    public static void UseAccessKeys(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<PersonalizationOptions>().Keys.Any) return;
        app.UseAuthentication();
        app.UseAuthorization();
    }
}
