using Personalization.Gateway.Churn;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Security;

namespace Personalization.Gateway.Hosting;

/// <summary>Puts the gateway's calls into a host.</summary>
public static class GatewayPipeline
{
    /// <summary>Adds errors as problem details, keys, and every call of the HTTP face.</summary>
    public static WebApplication MapPersonalizationGateway(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();

        app.MapEvents();
        app.MapProfile();
        app.MapChurn();
        app.MapHealth();
        return app;
    }
}
