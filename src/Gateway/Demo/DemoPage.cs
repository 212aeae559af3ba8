using System.Reflection;
using Microsoft.Net.Http.Headers;

namespace Personalization.Gateway.Demo;

/// <summary><c>GET /demo</c>: a storefront page over the public calls alone: what it shows, any storefront can. Plain files in this assembly, nothing from elsewhere.</summary>
internal static class DemoPage
{
    private const string ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static readonly (string Path, string File, string ContentType)[] Files =
    [
        ("/demo", "demo.html", "text/html; charset=utf-8"),
        ("/demo/demo.css", "demo.css", "text/css; charset=utf-8"),
        ("/demo/demo.js", "demo.js", "text/javascript; charset=utf-8"),
    ];

    /// <summary>Maps the page. It needs no key itself; its calls do where keys are configured, and it asks for one.</summary>
    public static void MapDemoPage(this IEndpointRouteBuilder routes)
    {
        foreach (var (path, file, contentType) in Files)
        {
            var bytes = Read(file);
            var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..16]}\"");
            routes.MapGet(path, (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
                context.Response.Headers.CacheControl = "no-cache";
                return TypedResults.Bytes(bytes, contentType, entityTag: tag);
            }).AllowAnonymous().ExcludeFromDescription();
        }
    }

    private static byte[] Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("demo/" + file) ?? throw new InvalidOperationException($"the assembly has no {file}");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
