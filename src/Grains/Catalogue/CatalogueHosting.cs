using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Personalization.Configuration;
using Personalization.Engine.Models;
using Personalization.Engine.Recommendations;
using Personalization.Engine.Recommendations.Catalogue;
using Personalization.Engine.Recommendations.Indexes;
using Personalization.Grains.Customers;

namespace Personalization.Grains.Catalogue;

/// <summary>Registers this silo's catalogue, the item indexes with their learner, and what recommends from them.</summary>
internal static class CatalogueHosting
{
    /// <summary>Adds recommendations.</summary>
    public static IServiceCollection AddRecommendations(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ItemCatalogue(Options(provider).Tenant, Options(provider).Recommendations));
        services.AddSingleton(provider => new ItemIndexReplica(Options(provider).Recommendations, provider.GetRequiredService<ItemCatalogue>()));
        services.AddSingleton(provider => new Recommender(Options(provider).Recommendations));
        services.AddSingleton<CustomerRecommendations>();
        services.AddSingleton(provider => new ModelDefinition
        {
            Name = ItemIndexModel.Name,
            Kinds = [ClickFacts.Kind],
            KeepsChanges = true,
            Create = () => new ItemIndexModel(Options(provider).Recommendations, provider.GetRequiredService<ItemCatalogue>()),
            Replica = provider.GetRequiredService<ItemIndexReplica>(),
        });
        services.AddHostedService<CatalogueFollower>();
        return services;
    }

    private static PersonalizationOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value;
}
