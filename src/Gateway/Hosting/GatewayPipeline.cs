using Personalization.Gateway.Actions;
using Personalization.Gateway.Admin;
using Personalization.Gateway.Churn;
using Personalization.Gateway.Customers;
using Personalization.Gateway.Decisions;
using Personalization.Gateway.Demo;
using Personalization.Gateway.Events;
using Personalization.Gateway.Health;
using Personalization.Gateway.Items;
using Personalization.Gateway.Live;
using Personalization.Gateway.OpenApi;
using Personalization.Gateway.Recommendations;
using Personalization.Gateway.Security;
using Personalization.Gateway.Telemetry;

namespace Personalization.Gateway.Hosting;

/// <summary>Puts the gateway's calls into a host.</summary>
public static class GatewayPipeline
{
    /// <summary>Adds errors as problem details, keys, and every call of the HTTP face.</summary>
    public static WebApplication MapPersonalizationGateway(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseBrowserGuard();
        app.UseAccessKeys();
        app.UseUrlChecks();
        app.UseContentTypes();

        app.MapEvents();
        app.MapProfile();
        app.MapChurn();
        app.MapRecommendations();
        app.MapNextBestAction();
        app.MapReward();
        app.MapTraits();
        app.MapConsents();
        app.MapErasure();
        app.MapLive();
        app.MapItems();
        app.MapActions();
        app.MapTotals();
        app.MapCustomerList();
        app.MapLog();
        app.MapClock();
        app.MapSlotModel();
        app.MapHealth();
        app.MapMetrics();
        app.MapGatewayOpenApi();
        app.MapDemoPage();
        return app;
    }
}
