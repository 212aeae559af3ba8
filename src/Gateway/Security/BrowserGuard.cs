using System.Net;
using Personalization.Configuration;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Security;

/// <summary>
/// Keeps pages of other sites out where no key does. Such a page can send requests to this machine from the browser of whoever opens it, and by pointing a name of
/// its own at this machine (DNS rebinding) read the answers: so requests must name this machine as their host, and must not come from another site.
/// </summary>
/// <remarks>With keys neither is checked: a browser shows none by itself, so a page has only the rights of the keys that it was given.</remarks>
internal static class BrowserGuard
{
    private const string FetchSite = "Sec-Fetch-Site";
    private const string FetchMode = "Sec-Fetch-Mode";

    /// <summary>Refuses requests of other sites' pages, if no key is configured.</summary>
    public static void UseBrowserGuard(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<PersonalizationOptions>();
        if (options.Keys.Any) return;
        app.Use((context, next) =>
        {
            Check(context.Request, options.AllowedHosts);
            return next(context);
        });
    }

    private static void Check(HttpRequest request, string[] allowed)
    {
        if (!IsOurs(request.Host.Host, allowed))
        {
            throw Refusal(
                $"this engine has no keys, so it answers only to the names of this machine (localhost, 127.0.0.1, ::1), but was called '{Texts.Shorten(request.Host.Value ?? "")}'; "
                + $"set {Names.ConfigurationSection}:AllowedHosts, or keys");
        }

        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !IsSameSite(origin, request, allowed)) throw CrossSite($"Origin is '{Texts.Shorten(origin)}'");
        var site = request.Headers[FetchSite].ToString();
        if (origin.Length == 0 && site is "cross-site" or "same-site" && !IsVisit(request)) throw CrossSite($"{FetchSite} is {site}");
    }

    /// <summary>Whether somebody follows a link to one of our pages; no call of the interface is one.</summary>
    private static bool IsVisit(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers[FetchMode] == "navigate" && !request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);

    private static bool IsSameSite(string origin, HttpRequest request, string[] allowed) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page)
        && (string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase) || allowed.Contains(page.IdnHost, StringComparer.OrdinalIgnoreCase));

    private static bool IsOurs(string host, string[] allowed) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))
        || allowed.Contains(host, StringComparer.OrdinalIgnoreCase);

    private static ProblemException CrossSite(string sign) => Refusal(
        $"the request comes from a page of another site ({sign}), and this engine has no keys to tell whom it may serve; call it from a server, set keys, or name the site's host in {Names.ConfigurationSection}:AllowedHosts");

    private static ProblemException Refusal(string detail) => new(StatusCodes.Status403Forbidden, "Not for pages of other sites", detail);
}
