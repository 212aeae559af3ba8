using System.Globalization;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Documents;

/// <summary>Versions as ETags, so that two writers cannot overwrite each other unseen.</summary>
internal static class EntityTags
{
    /// <summary>A version as an ETag.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>What a write's headers want: <c>If-Match</c> one of some versions or any, <c>If-None-Match: *</c> none; without either anything will do.</summary>
    /// <exception cref="ProblemException">A header cannot be read, or both are there.</exception>
    public static WriteCondition Read(HttpRequest request)
    {
        var (ifMatch, ifNoneMatch) = (request.Headers.IfMatch, request.Headers.IfNoneMatch);
        if (ifNoneMatch.Count > 0 && ifNoneMatch != "*") throw ProblemException.BadRequest("If-None-Match must be * on writes");
        if (ifMatch.Count > 0 && ifNoneMatch.Count > 0) throw ProblemException.BadRequest("If-Match and If-None-Match cannot both hold: give one of them");
        if (ifMatch.Count == 0) return new WriteCondition(ifNoneMatch.Count > 0, null);
        return EntityTagHeaderValue.TryParseList(ifMatch, out var tags) && tags.Count > 0
            ? new WriteCondition(false, tags)
            : throw ProblemException.BadRequest("If-Match must be * or ETags in quotes, such as \"3\"");
    }

    /// <summary>Whether <c>If-None-Match</c> of a read names the version, so that the reader has it.</summary>
    public static bool IsKnown(StringValues ifNoneMatch, long version) =>
        EntityTagHeaderValue.TryParseList(ifNoneMatch, out var tags) && new WriteCondition(false, tags).Names(version);
}

/// <summary>What a write wants to be stored before it.</summary>
/// <param name="WantsNone">Nothing.</param>
/// <param name="Tags">One of these, or whatever it is with <c>*</c>; null = no matter what.</param>
internal sealed record WriteCondition(bool WantsNone, IList<EntityTagHeaderValue>? Tags)
{
    /// <summary>Whether what is stored decides, so that it has to be read before the write.</summary>
    public bool NeedsStored => Tags is not null;

    /// <summary>Whether a stored version is among the wanted ones.</summary>
    public bool Names(long version)
    {
        foreach (var tag in Tags ?? [])
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Tag == EntityTags.Of(version)) return true;
        return false;
    }

    /// <summary>412, with the header that does not hold.</summary>
    /// <param name="what">The thing, as in messages.</param>
    /// <param name="stored">The version that is stored; null = there is none.</param>
    public ProblemException Failed(string what, long? stored) => new(
        StatusCodes.Status412PreconditionFailed,
        "The precondition does not hold",
        WantsNone ? $"If-None-Match does not hold: {what} exists already; to replace it, send its ETag as If-Match"
        : stored is null ? $"If-Match does not hold: there is no {what}; to make it, send If-None-Match: *"
        : $"If-Match does not hold: {what} has another version, {EntityTags.Of(stored.Value)}; read it again and send its ETag as If-Match");
}
