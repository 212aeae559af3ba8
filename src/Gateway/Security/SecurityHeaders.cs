namespace Personalization.Gateway.Security;

/// <summary>Headers that keep browsers from guessing types, from framing pages, and from passing URLs with customer ids on.</summary>
internal static class SecurityHeaders
{
    /// <summary>Adds them to every answer.</summary>
    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        // Last of all, because the error handler clears what was set before.
        context.Response.OnStarting(Set, context);
        return next(context);
    });

    private static Task Set(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)) headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        return Task.CompletedTask;
    }
}
