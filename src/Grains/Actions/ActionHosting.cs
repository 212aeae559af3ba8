using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Personalization.Configuration;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Engine.Profiles;
using Personalization.Models;
using Personalization.Stores;

namespace Personalization.Grains.Actions;

/// <summary>Registers the action library.</summary>
internal static class ActionHosting
{
    /// <summary>Adds <see cref="ActionLibraryReplica"/>. Needs <see cref="IDocumentStore"/>, <see cref="FoldSettings"/> and <see cref="TimeProvider"/>.</summary>
    public static IServiceCollection AddActionLibrary(this IServiceCollection services)
    {
        services.TryAddSingleton<DocumentChanges>();
        services.AddSingleton(provider => new EligibilityScope(
            provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value.Tenant, provider.GetRequiredService<FoldSettings>()));
        services.AddSingleton(provider => new ActionLibraryReplica(
            provider.GetRequiredService<IDocumentStore>(),
            provider.GetRequiredService<EligibilityScope>(),
            provider.GetRequiredService<DocumentChanges>(),
            provider.GetRequiredService<TimeProvider>(),
            new ActionMetrics(provider.GetRequiredService<IMeterFactory>()),
            provider.GetRequiredService<ILogger<ActionLibraryReplica>>(),
            provider.GetRequiredService<Replicas>()));
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<ActionLibraryReplica>());
        return services;
    }
}
