using Scalar.AspNetCore;

namespace Personalization.Gateway.Security;

/// <summary>Headers that keep browsers from guessing types, from framing pages, from passing URLs with customer ids on, and pages from loading anything from elsewhere.</summary>
internal static class SecurityHeaders
{
    /// <summary>For answers that are no pages: whatever a browser takes them for, nothing in them runs or loads.</summary>
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>For pages: their own files alone. Both set styles on their elements, which no nonce covers.</summary>
    private const string Page =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

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
        if (headers.ContentSecurityPolicy.Count == 0) headers.ContentSecurityPolicy = PolicyOf(context);
        return Task.CompletedTask;
    }

    private static string PolicyOf(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/dashboard", StringComparison.OrdinalIgnoreCase)) return Page;
        // The page of the contract has one script within it, under a nonce made for this answer.
        if (context.Items.TryGetValue(ScalarOptions.NonceHttpContextItemKey, out var nonce)) return $"{Page}; script-src 'self' 'nonce-{nonce}'";
        return Nothing;
    }
}
