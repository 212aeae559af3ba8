using System.Runtime.InteropServices;
using System.Text.Json;
using Personalization.Gateway.Events;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Documents;

/// <summary>Reads the members that documents have and events do not, under the same rules as <see cref="JsonValues"/>.</summary>
internal static class DocumentValues
{
    /// <summary>The name of a member; empty if it is no Unicode text, which is none of ours.</summary>
    public static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>An array of short texts; null and an empty one are absent.</summary>
    public static string[]? Labels(ref Utf8JsonReader reader, string name, string each, int max, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            fail($"{name} must be an array, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return null;
        }

        var labels = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            if (JsonValues.Label(ref reader, each, fail) is { } label) labels.Add(label);
        if (labels.Count > max) fail($"{name} must be at most {max}");
        return labels.Count > 0 ? [.. labels] : null;
    }

    /// <summary>An object of whatever, under the rules of <see cref="FreeJson"/>; null is absent.</summary>
    public static JsonElement? Attributes(ref Utf8JsonReader reader, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            var attributes = JsonMarshal.GetRawUtf8Value(JsonElement.ParseValue(ref reader));
            return FreeJson.Keep(attributes, "attributes", fail) is { } kept ? JsonElement.Parse(kept) : null;
        }

        fail($"attributes must be an object, but is {JsonValues.Kind(ref reader)}");
        reader.Skip();
        return null;
    }

    /// <summary>A number; null is absent.</summary>
    public static double? Number(ref Utf8JsonReader reader, string name, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && double.IsFinite(number)) return number;
        fail(reader.TokenType == JsonTokenType.Number ? $"{name} must be a finite number" : $"{name} must be a number, but is {JsonValues.Kind(ref reader)}");
        reader.Skip();
        return null;
    }
}
