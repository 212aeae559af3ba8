using System.Text.Unicode;
using Personalization.Partitions;

namespace Personalization.Gateway.Hosting;

/// <summary>Checks ids as callers send them: the rules of <see cref="CustomerKey.IdError"/>, and those that come from their place in URLs.</summary>
internal static class Ids
{
    private const string EncodedSlash = "%2F";

    /// <summary>What is wrong with an id, or null. Clients and servers take <c>.</c> and <c>..</c> out of a path, so no URL would reach such an id.</summary>
    public static string? Error(string name, string? id) => id is "." or ".." ? $"{name} must not be '.' or '..'" : CustomerKey.IdError(name, id);

    /// <summary>Refuses a bad id.</summary>
    /// <exception cref="ProblemException">It breaks the rules.</exception>
    public static void Check(string name, string? id)
    {
        if (Error(name, id) is { } error) throw ProblemException.BadRequest(error);
    }

    /// <summary>An id that may be left out.</summary>
    /// <exception cref="ProblemException">It breaks the rules.</exception>
    public static string? Optional(string name, string? id)
    {
        if (string.IsNullOrEmpty(id)) return null;
        Check(name, id);
        return id;
    }

    /// <summary>
    /// Refuses URLs whose ids the server did not decode to what was sent: it leaves <c>%2F</c> and bytes that are not UTF-8 as they are, and
    /// would then name somebody whose id holds that text.
    /// </summary>
    public static void UseUrlChecks(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        CheckUrl(context.Request);
        return next(context);
    });

    private static void CheckUrl(HttpRequest request)
    {
        var raw = request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? "";
        if (raw.Contains('%') && !IsUtf8(raw)) throw ProblemException.BadRequest("the URL must be UTF-8, percent-encoded");
        foreach (var (name, value) in request.RouteValues)
        {
            if (value is not string id || !id.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase)) continue;
            // An id that holds the text "%2F" comes as %252F; without the raw target the two look alike.
            var path = raw.AsSpan(0, raw.IndexOf('?') is >= 0 and var query ? query : raw.Length);
            if (path.IsEmpty || path.Contains(EncodedSlash, StringComparison.OrdinalIgnoreCase)) throw ProblemException.BadRequest($"{name} must not contain '/'");
        }
    }

    private static bool IsUtf8(string raw)
    {
        var bytes = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && i + 2 < raw.Length && char.IsAsciiHexDigit(raw[i + 1]) && char.IsAsciiHexDigit(raw[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(raw.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                bytes[length++] = char.IsAscii(raw[i]) ? (byte)raw[i] : (byte)'?';
            }
        }

        return Utf8.IsValid(bytes.AsSpan(0, length));
    }
}
