using System.Globalization;
using System.Text.Json;
using Personalization.Engine.Decisions.Actions;
using Personalization.Engine.Decisions.Eligibility;
using Personalization.Gateway.Documents;
using Personalization.Gateway.Events;
using Personalization.Gateway.Hosting;

namespace Personalization.Gateway.Actions;

/// <summary>
/// Reads an action from JSON: its shape; <see cref="ActionRules"/> holds its bounds. Unlike elsewhere a member that is not known is a fault:
/// a misspelt <c>eligibility</c> would offer the action to everyone.
/// </summary>
internal static class ActionParser
{
    private static readonly string[] Members =
    [
        "actionId", "title", "value", "lever", "channel", "group", "slots", "validFrom", "validTo", "eligibility", "caps", "purposes", "enabled", "attributes", "updatedAt",
    ];

    private static readonly string[] CapMembers = ["per", "limit", "days", "period"];

    /// <summary>Reads the value that the reader stands on, to its end. What is wrong with it is in <paramref name="error"/>; then the action is null.</summary>
    /// <param name="reader">Stands on the value's first token.</param>
    /// <param name="actionId">The id of the URL; null = the action must bring its own.</param>
    /// <param name="updatedAt">When it is put.</param>
    /// <param name="error">What is wrong, or null.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static ActionDefinition? Read(ref Utf8JsonReader reader, string? actionId, DateTime updatedAt, out string? error)
    {
        error = null;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            error = $"an action must be a JSON object, but is {JsonValues.Kind(ref reader)}";
            reader.Skip();
            return null;
        }

        var faults = new List<string>();
        Action<string> fail = faults.Add;
        var action = new ActionDefinition { UpdatedAt = updatedAt };
        string? ownId = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = DocumentValues.Name(ref reader);
            reader.Read();
            switch (name)
            {
                case "actionId": ownId = JsonValues.Id(ref reader, name, fail); break;
                case "title": action = action with { Title = JsonValues.Text(ref reader, name, ActionRules.MaxTitleBytes, fail) }; break;
                case "value": action = action with { Value = DocumentValues.Number(ref reader, name, fail) ?? 1 }; break;
                case "lever": action = action with { Lever = DocumentValues.Number(ref reader, name, fail) ?? 1 }; break;
                case "channel": action = action with { Channel = JsonValues.Label(ref reader, name, fail) }; break;
                case "group": action = action with { Group = JsonValues.Label(ref reader, name, fail) }; break;
                case "slots": action = action with { Slots = DocumentValues.Labels(ref reader, name, "a slot", ActionRules.MaxSlots, fail) }; break;
                case "validFrom": action = action with { ValidFrom = JsonValues.Time(ref reader, name, fail) }; break;
                case "validTo": action = action with { ValidTo = JsonValues.Time(ref reader, name, fail) }; break;
                case "eligibility": action = action with { Eligibility = JsonValues.Text(ref reader, name, 4 * EligibilityExpression.MaxLength, fail) }; break;
                case "caps": action = action with { Caps = ReadCaps(ref reader, fail) }; break;
                case "purposes": action = action with { Purposes = DocumentValues.Labels(ref reader, name, "a purpose", ActionRules.MaxPurposes, fail) }; break;
                case "enabled": action = action with { Enabled = JsonValues.Flag(ref reader, name, fail) ?? true }; break;
                case "attributes": action = action with { Attributes = DocumentValues.Attributes(ref reader, fail) }; break;
                case "updatedAt": reader.Skip(); break; // what was read may be put again as it is
                default: Unknown(ref reader, "", name, Members, fail); break;
            }
        }

        if (actionId is not null && ownId is not null && ownId != actionId) fail("actionId must be the id of the URL, or left out");
        ownId ??= actionId;
        if (ownId is null && !faults.Exists(fault => fault.StartsWith("actionId", StringComparison.Ordinal))) fail("actionId is needed");
        if (faults.Count > 0) error = string.Join("; ", faults.Take(5));
        return error is null ? action with { ActionId = ownId! } : null;
    }

    private static List<ActionCap>? ReadCaps(ref Utf8JsonReader reader, Action<string> fail)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            fail($"caps must be an array, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return null;
        }

        var caps = new List<ActionCap>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"caps[{caps.Count}]");
            caps.Add(ReadCap(ref reader, place, fail));
        }

        return caps.Count > 0 ? caps : null;
    }

    private static ActionCap ReadCap(ref Utf8JsonReader reader, string place, Action<string> fail)
    {
        var cap = new ActionCap();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            fail($"{place} must be an object, but is {JsonValues.Kind(ref reader)}");
            reader.Skip();
            return cap;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = DocumentValues.Name(ref reader);
            reader.Read();
            switch (name)
            {
                case "per": cap = cap with { Per = JsonValues.Label(ref reader, $"{place}.per", fail) ?? "" }; break;
                case "limit": cap = cap with { Limit = JsonValues.Count(ref reader, $"{place}.limit", fail, ActionRules.MaxCapLimit) ?? 0 }; break;
                case "days": cap = cap with { Days = DocumentValues.Number(ref reader, $"{place}.days", fail) }; break;
                case "period": cap = cap with { Period = JsonValues.Label(ref reader, $"{place}.period", fail) }; break;
                default: Unknown(ref reader, place + " has ", name, CapMembers, fail); break;
            }
        }

        return cap;
    }

    private static void Unknown(ref Utf8JsonReader reader, string place, string name, string[] members, Action<string> fail)
    {
        reader.Skip();
        var shown = Texts.Shorten(name);
        fail(place.Length == 0 ? $"there is no member '{shown}'{NearestName.Hint(name, members)}" : $"{place}no member '{shown}'{NearestName.Hint(name, members)}");
    }
}
