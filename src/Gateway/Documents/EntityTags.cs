using System.Globalization;
using Microsoft.Net.Http.Headers;
using Personalization.Gateway.Hosting;
using Personalization.Stores;

namespace Personalization.Gateway.Documents;

/// <summary>Versions as ETags, so that two writers cannot overwrite each other unseen.</summary>
internal static class EntityTags
{
    /// <summary>A version as an ETag.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary><c>If-Match: "3"</c> wants version 3, <c>If-None-Match: *</c> wants none; without either any will do.</summary>
    /// <exception cref="ProblemException">A header cannot hold, or cannot be read.</exception>
    public static long Expected(HttpRequest request, string noun)
    {
        var ifNoneMatch = request.Headers.IfNoneMatch.ToString();
        if (ifNoneMatch == "*") return 0;
        if (ifNoneMatch.Length > 0) throw ProblemException.BadRequest("If-None-Match must be * on writes");
        var ifMatch = request.Headers.IfMatch.ToString();
        if (ifMatch.Length == 0) return DocumentWrite.Any;
        return EntityTagHeaderValue.TryParse(ifMatch, out var tag) && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version > 0
            ? version
            : throw Failed(noun);
    }

    /// <summary>412: another version is stored.</summary>
    public static ProblemException Failed(string noun) =>
        new(StatusCodes.Status412PreconditionFailed, $"The {noun} has another version", $"read the {noun} again and send its ETag as If-Match");
}
