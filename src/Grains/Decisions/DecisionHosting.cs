using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Personalization.Configuration;
using Personalization.Decisions;
using Personalization.Engine.Decisions;
using Personalization.Engine.Decisions.Learning;
using Personalization.Engine.Profiles;

namespace Personalization.Grains.Decisions;

/// <summary>Registers what decides, and the model that learns from decisions.</summary>
internal static class DecisionHosting
{
    /// <summary>Adds decisions. Needs the action library, models and customers.</summary>
    public static IServiceCollection AddDecisions(this IServiceCollection services)
    {
        services.AddSingleton(provider => new SlotTable(Options(provider).Decisions));
        services.AddSingleton(provider => new SlotModelReplica(provider.GetRequiredService<SlotTable>().Of));
        services.AddSingleton<IActionModels>(provider => provider.GetRequiredService<SlotModelReplica>());
        services.AddSingleton(provider => SlotModels.Definition(
            Options(provider).Tenant, provider.GetRequiredService<SlotTable>().Of, provider.GetRequiredService<SlotModelReplica>()));
        services.AddSingleton(provider => new DecisionPipeline(provider.GetRequiredService<FoldSettings>()));
        services.TryAddSingleton<DecisionSigningKey>();
        services.AddSingleton<DecisionMetrics>();
        services.AddSingleton<DecisionServices>();
        services.AddSingleton(provider => new RecommendationRecords(Options(provider).Recommendations));
        return services;
    }

    private static PersonalizationOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value;
}
