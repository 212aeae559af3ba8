using System.Globalization;
using System.Text.Json;
using Personalization.Gateway.Events;
using Personalization.Gateway.Json;

namespace Personalization.Gateway.Hosting;

/// <summary>Reads one member and says whether it is known; its value is read to its last token, or not at all where it is not known.</summary>
/// <param name="reader">Stands on the value's first token.</param>
/// <param name="name">The member's name.</param>
/// <param name="fail">Takes what is wrong with it.</param>
internal delegate bool MemberReader(ref Utf8JsonReader reader, string name, Action<string> fail);

/// <summary>Reads bodies whose every member counts: one that is not known is an error, for a misspelt one would change what the call does.</summary>
internal static class BodyObject
{
    /// <summary>Reads a body member by member.</summary>
    /// <param name="body">The bytes.</param>
    /// <param name="example">A body that is right, for who sends something else than an object.</param>
    /// <param name="known">The members, as in a sentence.</param>
    /// <param name="read">Reads a member.</param>
    /// <exception cref="ProblemException">The body is no JSON object, or a member is not valid; the first that is not is told.</exception>
    public static void Read(ReadOnlySpan<byte> body, string example, string known, MemberReader read)
    {
        string? error = null;
        Action<string> fail = fault => error ??= fault;
        try
        {
            var reader = JsonBody.Reader(body);
            reader.Read();
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            if (!isObject)
            {
                fail($"the body must be a JSON object such as {example}, but is {JsonValues.Kind(ref reader)}");
                reader.Skip();
            }

            while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (read(ref reader, name, fail)) continue;
                fail($"'{Texts.Shorten(name)}' is not known here; known are {known}");
                reader.Skip();
            }

            reader.Read(); // throws if anything follows
        }
        catch (JsonException fault)
        {
            throw ProblemException.BadJson(fault);
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.BadRequest("the name of a member must be well-formed Unicode");
        }

        if (error is not null) throw ProblemException.BadRequest(error);
    }

    /// <summary>A whole number from 1 on; null is absent.</summary>
    public static int? Wanted(ref Utf8JsonReader reader, string name, int most, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var wanted) && wanted >= 1 && wanted <= most) return wanted;
        fail(string.Create(CultureInfo.InvariantCulture, $"{name} must be a whole number between 1 and {most}"));
        reader.Skip();
        return null;
    }

    /// <summary>An array of ids; null is absent.</summary>
    /// <param name="reader">Stands on the value's first token.</param>
    /// <param name="name">The member.</param>
    /// <param name="each">What one is: <c>an item id</c>.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="fail">Takes what is wrong.</param>
    /// <param name="kind">What an id may be.</param>
    public static string[]? Ids(ref Utf8JsonReader reader, string name, string each, int most, Action<string> fail, IdKind? kind = null)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            fail($"{name} must be an array, each {each}, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return null;
        }

        var ids = new List<string>();
        var place = 0;
        Action<string> failOne = fault => fail(string.Create(CultureInfo.InvariantCulture, $"{name}[{place}]{fault}"));
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; place++)
        {
            if (JsonValues.Id(ref reader, "", failOne, kind) is { } id) ids.Add(id);
            else failOne($" must be {each}");
        }

        if (place > most) fail(string.Create(CultureInfo.InvariantCulture, $"{name} must be at most {most}, but are {place}"));
        return [.. ids];
    }

    /// <summary>Refuses parameters that the call does not use: who sends one believes that it does something.</summary>
    /// <exception cref="ProblemException">One is not known.</exception>
    public static void CheckQuery(HttpRequest request, params ReadOnlySpan<string> known)
    {
        foreach (var (name, _) in request.Query)
        {
            var isKnown = false;
            foreach (var one in known) isKnown |= name.Equals(one, StringComparison.OrdinalIgnoreCase);
            if (!isKnown) throw ProblemException.BadRequest($"the parameter '{Texts.Shorten(name)}' is not known here; known in the query are {string.Join(", ", known!)}");
        }
    }
}
