using System.Text.Json;
using System.Text.Json.Nodes;

namespace Personalization.Engine.Profiles;

/// <summary>JSON merge patch (P. Hoffman, J. Snell: RFC 7396, 2014) over values as text.</summary>
/// <remarks>
/// An object is merged member by member, null removes a member, anything else replaces: <c>{"a":1,"b":{"c":2,"d":3}}</c> patched with
/// <c>{"b":{"c":null,"e":4}}</c> is <c>{"a":1,"b":{"d":3,"e":4}}</c>. Members keep their order, new ones follow. Numbers and strings are kept as they were written.
/// </remarks>
internal static class JsonMergePatch
{
    /// <summary>Whether a patch merges: all others replace, and need not be read.</summary>
    public static bool Merges(string patch) => patch.AsSpan().TrimStart().StartsWith("{");

    /// <summary>Applies a patch that is an object.</summary>
    /// <exception cref="JsonException">Target or patch is no JSON.</exception>
    /// <exception cref="ArgumentException">An object names a member twice.</exception>
    public static string Apply(string? target, string patch) =>
        Merge(target is null ? null : JsonNode.Parse(target), JsonNode.Parse(patch))!.ToJsonString(Options);

    private static readonly JsonSerializerOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var merged = target as JsonObject ?? [];
        foreach (var (name, change) in changes)
        {
            if (change is null) merged.Remove(name);
            else merged[name] = Merge(merged[name] is JsonObject present ? (JsonObject)present.DeepClone() : null, change);
        }

        return merged;
    }
}
