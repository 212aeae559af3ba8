using Microsoft.Extensions.DependencyInjection.Extensions;
using Personalization.Configuration;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Profiles;
using Personalization.Stores;

namespace Personalization.Gateway.Actions;

/// <summary>Registers the action library's calls.</summary>
internal static class ActionServices
{
    /// <summary>Adds what <see cref="ActionEndpoints"/> needs. In a silo's process its scope and its listeners are shared.</summary>
    public static void AddActions(this IServiceCollection services, PersonalizationOptions options)
    {
        services.TryAddSingleton<DocumentChanges>();
        // A gateway of its own only checks: hashes and hours are the silos' business.
        services.TryAddSingleton(new EligibilityScope(options.Tenant, new FoldSettings()));
        services.AddSingleton<ActionTable>();
        services.AddSingleton<ActionResource>();
    }
}
