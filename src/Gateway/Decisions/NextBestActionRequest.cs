using System.Globalization;
using System.Text.Json;
using Personalization.Decisions;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;
using Personalization.Partitions;

namespace Personalization.Gateway.Decisions;

/// <summary>A question for the next best action, as the body has it.</summary>
public sealed record NextBestActionRequest
{
    /// <summary>The slot of a request that names none.</summary>
    public const string DefaultSlot = "default";

    /// <summary>Actions wanted at once, at most.</summary>
    public const int MaxWanted = 20;

    /// <summary>Action ids in one request, at most.</summary>
    public const int MaxActions = 1000;

    /// <summary>Values in a context, at most.</summary>
    public const int MaxContext = 64;

    private const int MaxTextBytes = 1024;

    /// <summary>The place that asks; <c>default</c> if left out.</summary>
    public string Slot { get; init; } = DefaultSlot;

    /// <summary>What the storefront knows of the moment: texts, numbers, true or false.</summary>
    public Dictionary<string, ContextValue> Context { get; init; } = [];

    /// <summary>The actions to choose among; all of the slot's if left out.</summary>
    public string[]? Actions { get; init; }

    /// <summary>How many actions are wanted, 1 to 20.</summary>
    public int N { get; init; } = 1;

    /// <summary>Reads a body. A member that is not known is an error: a misspelt one would change what is chosen.</summary>
    /// <exception cref="ProblemException">The body is not such a question.</exception>
    internal static NextBestActionRequest Read(ReadOnlySpan<byte> body)
    {
        var request = new NextBestActionRequest();
        BodyObject.Read(body, """{"slot":"home","context":{"device":"phone"}}""", "slot, context, actions and n", (ref reader, name, fail) =>
        {
            switch (name)
            {
                case "slot": request = request with { Slot = JsonValues.Id(ref reader, name, fail) ?? DefaultSlot }; return true;
                case "context": request = request with { Context = ReadContext(ref reader, fail) }; return true;
                case "actions": request = request with { Actions = BodyObject.Ids(ref reader, name, "an action id", MaxActions, fail) }; return true;
                case "n": request = request with { N = BodyObject.Wanted(ref reader, name, MaxWanted, fail) ?? 1 }; return true;
                default: return false;
            }
        });
        return request;
    }

    private static Dictionary<string, ContextValue> ReadContext(ref Utf8JsonReader reader, Action<string> fail)
    {
        var values = new Dictionary<string, ContextValue>(StringComparer.Ordinal);
        if (reader.TokenType == JsonTokenType.Null) return values;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fail($"context must be an object, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return values;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (CustomerKey.IdError("the name of a context value", name) is { } error) fail(error);
            var value = ReadValue(ref reader, $"context.{name}", fail);
            if (value is { IsNull: false } known) values[name] = known;
            if (values.Count > MaxContext) fail(string.Create(CultureInfo.InvariantCulture, $"context must have at most {MaxContext} values"));
        }

        return values;
    }

    private static ContextValue? ReadValue(ref Utf8JsonReader reader, string name, Action<string> fail)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.True or JsonTokenType.False: return ContextValue.Of(reader.GetBoolean());
            case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number): return ContextValue.Of(number);
            case JsonTokenType.Number: fail($"{name} must be a finite number"); return null;
            case JsonTokenType.String: return JsonValues.Text(ref reader, name, MaxTextBytes, fail) is { } text ? ContextValue.Of(text) : null;
            default:
                fail($"{name} must be a text, a number, true or false, but is {JsonValues.Kind(ref reader)}");
                reader.Skip();
                return null;
        }
    }
}
