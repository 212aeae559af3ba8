using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Personalization.Configuration;
using Personalization.Engine.Churn;
using Personalization.Engine.Churn.Learning;
using Personalization.Engine.Profiles;

namespace Personalization.Grains.Churn;

/// <summary>Registers what scores churn and what fits its parameters.</summary>
internal static class ChurnHosting
{
    /// <summary>Adds this silo's scorer and the model that it follows. Needs <see cref="FoldSettings"/>.</summary>
    public static IServiceCollection AddChurn(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ChurnReplica(provider.GetRequiredService<FoldSettings>(), OptionsOf(provider).Churn));
        services.AddSingleton(provider => ChurnFitting.Definition(
            OptionsOf(provider).Churn.Fit, OptionsOf(provider).Learning == LearningKind.Frozen, provider.GetRequiredService<ChurnReplica>()));
        return services;
    }

    private static PersonalizationOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<PersonalizationOptions>>().Value;
}
