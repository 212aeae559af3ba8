using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Personalization.Configuration;
using Personalization.Engine.Models;
using Personalization.Partitions;
using Personalization.Stores;

namespace Personalization.Grains.Models;

/// <summary>Registers what learns and what serves models.</summary>
internal static class ModelHosting
{
    /// <summary>
    /// Adds learners and replicas for every <see cref="ModelDefinition"/> in the container. Needs <see cref="IPartitionStore"/> and
    /// <see cref="IDocumentStore"/>.
    /// </summary>
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.TryAddSingleton<ModelMetrics>();
        services.TryAddSingleton(provider => new LearnerServices(
            provider.GetRequiredService<IPartitionStore>(),
            provider.GetRequiredService<IDocumentStore>(),
            provider.GetRequiredService<PartitionMap>().Partitions,
            provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ModelMetrics>(),
            provider.GetRequiredService<ILogger<Learner>>()));
        services.AddHostedService<ModelKeeper>();
        return services;
    }
}
